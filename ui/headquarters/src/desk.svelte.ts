import { createContext } from "svelte";
import { Attempt } from "./attempt.svelte";
import { Client } from "./api/client";
import { Failed, problemOf, type Problem } from "./api/problem";
import type { Act, Contest, Entered, RoomName, Row, Second, Session } from "./api/types";
import { boardView } from "./board_view.svelte";
import { Clock } from "./clock.svelte";
import { Live } from "./live.svelte";
import { reportDrafts } from "./report_draft.svelte";
import { parseRoute, type Route } from "./route";
import type { SignInWay } from "./sign_in";

/** `again`: the session ended while somebody worked. What they typed stays where it is until they are back. */
export type Phase = "starting" | "out" | "again" | "in";

/** One person at one desk: who is signed in, where they are, and the board they look at. */
export class Desk {
  readonly client: Client;
  readonly clock: Clock;
  phase = $state<Phase>("starting");
  session = $state.raw<Session | null>(null);
  /** Why it could not be found out who is signed in. */
  trouble = $state.raw<Problem | null>(null);
  route = $state.raw<Route>(parseRoute(""));
  /** What was chosen last at this desk to sign in with. */
  way = $state<SignInWay>("code");
  live = $state.raw<Live | null>(null);

  constructor(client: Client = new Client(), clock: Clock = new Clock()) {
    this.client = client;
    this.clock = clock;
  }

  /** Finds out whether somebody is signed in here. */
  async open(hash: string): Promise<void> {
    this.route = parseRoute(hash);
    this.phase = "starting";
    this.trouble = null;
    try {
      this.#in(await this.client.session());
    } catch (thrown) {
      const problem = problemOf(thrown);
      this.trouble = problem.code === "not-signed-in" ? null : problem;
      this.phase = "out";
    }
  }

  async signIn(name: string, password: string, second: Second): Promise<void> {
    this.#in(await this.client.signIn(name, password, second));
  }

  /** Signs out. The numbers leave this screen even when the server does not hear of it; then it throws, since the session still lives there. */
  async signOut(): Promise<void> {
    try {
      await this.client.signOut();
    } catch (thrown) {
      if (!(thrown instanceof Failed) || thrown.problem.code !== "not-signed-in") {
        throw thrown;
      }
    }
    this.#out();
  }

  /** The server no longer knows this session. */
  readonly ended = (): void => {
    if (this.phase === "in") {
      this.live?.stop();
      this.phase = "again";
    }
  };

  goTo(hash: string): void {
    this.route = parseRoute(hash);
    this.#follow();
  }

  attempt(): Attempt {
    return new Attempt(this.ended);
  }

  /** Signs and enters something in the room one is in. */
  act(act: Act): Promise<Entered> {
    return this.client.act(this.room, act);
  }

  get room(): RoomName {
    return this.route.room;
  }

  /** Who is signed in. Only asked where somebody is. */
  get who(): Session {
    if (this.session === null) {
      throw new Error("nobody is signed in");
    }
    return this.session;
  }

  get contest(): Contest {
    return this.who.contest;
  }

  row(number: number): Row | undefined {
    return this.live?.board?.rows.get(number);
  }

  countyName(county: number): string {
    return this.session?.contest.counties[county] ?? "";
  }

  #in(session: Session): void {
    if (this.session !== null && this.session.person !== session.person) {
      this.#out();
    }
    this.session = session;
    this.phase = "in";
    if (this.live?.room === this.room) {
      this.live.start();
    } else {
      this.#follow();
    }
  }

  /** Nothing of one person is there for the next. */
  #out(): void {
    reportDrafts.clear();
    boardView.clear();
    this.live?.stop();
    this.live = null;
    this.session = null;
    this.phase = "out";
  }

  #follow(): void {
    if (this.phase !== "in" || this.live?.room === this.room) {
      return;
    }
    this.live?.stop();
    this.live = new Live(this.room, this.client, this.clock, this.ended);
    this.live.start();
  }
}

export const [useDesk, provideDesk] = createContext<Desk>();
