import { Failed, problemIn } from "./problem";
import type {
  Act, Entered, HeldMessage, Inquiries, MadePasskey, OwnSignIn, PasskeyChallenge, PasskeyMaking, Precinct, Preparation, Prepared, Releases, ReportFigures,
  RoomName, Second, Session, Tie, Ways,
} from "./types";

/** Milliseconds after which an answer is no longer waited for. An act is signed and made durable meanwhile. */
const PATIENCE_MS = 20_000;

/** The server's side of these pages. Holds nothing but the token that proves a request comes from them. */
export class Client {
  readonly #fetch: typeof fetch;
  readonly #base: string;
  #csrf = "";

  constructor(fetcher: typeof fetch = (input, init) => fetch(input, init), base = import.meta.env.BASE_URL) {
    this.#fetch = fetcher;
    this.#base = base;
  }

  async signIn(name: string, password: string, second: Second): Promise<Session> {
    return this.#entered(await this.#send<Session>("sign-in", { name, password, ...second }));
  }

  ways(): Promise<Ways> {
    return this.#get("sign-in");
  }

  /** What a passkey signs to sign somebody in. */
  challenge(): Promise<PasskeyChallenge> {
    return this.#send("sign-in/challenge", {});
  }

  ownSignIn(): Promise<OwnSignIn> {
    return this.#get("passkeys");
  }

  /** After the password: what a new passkey is made with. */
  beginPasskey(password: string): Promise<PasskeyMaking> {
    return this.#send("passkeys/challenge", { password });
  }

  async addPasskey(name: string, made: MadePasskey): Promise<void> {
    await this.#send("passkeys", { name, made });
  }

  async removePasskey(passkey: number, password: string): Promise<void> {
    await this.#send(`passkeys/${passkey.toString()}/remove`, { password });
  }

  async signOut(): Promise<void> {
    await this.#send("sign-out", {});
    this.#csrf = "";
  }

  async session(): Promise<Session> {
    return this.#entered(await this.#get<Session>("session"));
  }

  precinct(room: RoomName, number: number): Promise<Precinct> {
    return this.#get(`${room}/precincts/${number.toString()}`);
  }

  releases(room: RoomName): Promise<Releases> {
    return this.#get(`${room}/releases`);
  }

  inquiries(room: RoomName): Promise<Inquiries> {
    return this.#get(`${room}/inquiries`);
  }

  async held(room: RoomName): Promise<HeldMessage[]> {
    return (await this.#get<{ held: HeldMessage[] }>(`${room}/held`)).held;
  }

  prepare(room: RoomName, preparation: Preparation): Promise<Prepared> {
    return this.#send(`${room}/prepare`, preparation);
  }

  /** The ties that a lot settles in numbers which are being typed. */
  async ties(room: RoomName, precinct: number, figures: ReportFigures): Promise<Tie[]> {
    return (await this.#send<{ ties: Tie[] }>(`${room}/ties`, { precinct, ...figures })).ties;
  }

  act(room: RoomName, act: Act): Promise<Entered> {
    return this.#send(`${room}/acts`, act);
  }

  /** The board's events as they come. */
  async events(room: RoomName, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#answer(`${room}/events`, { headers: { accept: "text/event-stream" }, signal });
    if (response.body === null) {
      throw new Failed({ code: "garbled", retryAfterS: null });
    }
    return response.body;
  }

  #entered(session: Session): Session {
    this.#csrf = session.csrf;
    return session;
  }

  async #get<T>(path: string): Promise<T> {
    return this.#read(await this.#answer(path, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) }));
  }

  async #send<T>(path: string, body: unknown): Promise<T> {
    return this.#read(
      await this.#answer(path, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json", "x-csrf": this.#csrf },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      }),
    );
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await this.#fetch(`${this.#base}api/${path}`, { ...init, credentials: "same-origin", cache: "no-store", redirect: "error" });
    } catch {
      // Whether or not the server got it: no answer came.
      throw new Failed({ code: "network", retryAfterS: null });
    }
    if (!response.ok) {
      throw new Failed(await problemIn(response));
    }
    return response;
  }

  async #read<T>(response: Response): Promise<T> {
    if (response.status === 204) {
      return undefined as T;
    }
    try {
      return (await response.json()) as T;
    } catch (thrown) {
      const late = thrown instanceof DOMException || thrown instanceof TypeError;
      throw new Failed({ code: late ? "network" : "garbled", retryAfterS: null });
    }
  }
}
