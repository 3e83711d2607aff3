/** A server that says what it is told to: for tests and pictures. */
import type { Act, BoardEvent, Inquiries, Passkey, Precinct, Releases, Role, Session, Tie } from "../src/api/types";
import { NOW, boardEvent, held, inquiries, precinct, releases, row, session } from "./fixtures";

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const good = (body: unknown): Answer => ({ status: 200, body });

export class FixtureServer {
  session: Session | null;
  board: BoardEvent = boardEvent();
  precinct: Precinct = precinct;
  releases: Releases = releases;
  inquiries: Inquiries = inquiries;
  ties: Tie[] = [];
  /** Where the page is that asks, for whoever wants passkeys to be good there. */
  here = "http://localhost";
  passkeyOrigin: string | null = null;
  passkeys: Passkey[] = [];
  /** What was asked for, in order. */
  readonly asked: { path: string; body: unknown; csrf: string | null }[] = [];
  /** Answers that are given once instead of the usual one, by path. */
  readonly next = new Map<string, Answer>();

  constructor(role: Role | null = "reviewer") {
    this.session = role === null ? null : session(role);
  }

  /** Refuses the next request for a path. */
  refuse(path: string, status: number, code: string, more: object = {}): void {
    this.next.set(path, { status, body: { code, ...more } });
  }

  answer(path: string, body: unknown = null, csrf: string | null = null): Answer {
    this.asked.push({ path, body, csrf });
    const next = this.next.get(path);
    if (next !== undefined) {
      this.next.delete(path);
      return next;
    }
    if (path === "sign-in" && body === null) {
      return good({ passkey_origin: this.passkeyOrigin });
    }
    if (path === "sign-in/challenge") {
      return good({ challenge: "AAEC", host: "localhost", time_ms: 240_000 });
    }
    if (path === "sign-in") {
      this.session ??= session("reviewer");
      return good(this.session);
    }
    if (this.session === null) {
      return { status: 401, body: { code: "not-signed-in" } };
    }
    if (path === "passkeys" && body === null) {
      return good({ passkeys: this.passkeys, most: 8, codes_left: this.session.codes_left, passkey_origin: this.passkeyOrigin });
    }
    const [room, what, about] = path.split("/");
    if (room === "passkeys" && about === "remove") {
      this.passkeys = this.passkeys.filter((one) => one.passkey !== Number(what));
      return { status: 204, body: null };
    }
    if (room === "passkeys" && what === undefined) {
      const { name } = body as { name: string };
      this.passkeys = [...this.passkeys, { passkey: 9, name, added_ms: NOW, used_ms: null }];
      return { status: 201, body: { passkey: 9 } };
    }
    if (room === "passkeys") {
      return good({ challenge: "AAEC", host: "localhost", time_ms: 240_000, user: "AAEC", name: "desk-7", algorithms: [-8, -7], known: [] });
    }
    if (room === "session") {
      return good(this.session);
    }
    if (room === "sign-out") {
      return { status: 204, body: null };
    }
    switch (what) {
      case "precincts":
        return good(about === "1234" ? this.precinct : { ...precinct, row: row(Number(about)), sources: [], findings: [], objections: [], decisions: [], candidate: null, previews: [], questions: [] });
      case "releases":
        return good(this.releases);
      case "inquiries":
        return good(this.inquiries);
      case "held":
        return good({ held });
      case "prepare":
        return good({
          preview: { number: 4, precincts: 212 },
          not_ready: [...[0, 6, 16].map((number) => ({ precinct: number, why: "missing", findings: [] })), { precinct: 1234, why: "open", findings: ["C02", "H02"] }],
          asked: [205, 405],
          taken_out: [],
          of_the_batch: [{
            en: "H03: Sanders has nobody in final alignment of all new numbers; its share in the last release would give 412. What would settle it: photos of a few of the signed worksheets, held beside the columns as they were read.",
            es: "H03: Sanders no tiene a nadie en la alineación final de todos los números nuevos; su parte en la última publicación daría 412. Lo que lo resolvería: las fotos de algunas hojas firmadas, junto a las columnas tal como se leyeron.",
          }],
        });
      case "ties":
        return good({ ties: this.ties });
      case "acts":
        return good({ id: "ac".repeat(32), index: 4711, kind: (body as Act).do });
      default:
        return { status: 404, body: { code: "not-found" } };
    }
  }

  /** The same as the browser's fetch, for tests without a network. */
  readonly fetch: typeof fetch = (input, init) => {
    const path = String(input).replace(/^.*?\/api\//, "");
    if (path.endsWith("/events")) {
      const text = `event: board\ndata: ${JSON.stringify(this.board)}\n\n`;
      return Promise.resolve(new Response(text, { status: this.session === null ? 401 : 200 }));
    }
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : null;
    const answer = this.answer(path, body, new Headers(init?.headers).get("x-csrf"));
    return Promise.resolve(new Response(answer.status === 204 ? null : JSON.stringify(answer.body), { status: answer.status, headers: answer.headers ?? {} }));
  };
}
