import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Client } from "../src/api/client";
import { boardView } from "../src/board_view.svelte";
import { Clock } from "../src/clock.svelte";
import { Desk } from "../src/desk.svelte";
import { Live, SILENCE_MS, waitAfter } from "../src/live.svelte";
import { draftOf, reportDrafts } from "../src/report_draft.svelte";
import { Loaded } from "../src/loaded.svelte";
import { signInGap } from "../src/sign_in";
import { FixtureServer } from "./fixture_server";
import { boardEvent, contest, NOW, row, session } from "./fixtures";

let steady = 0;
const clock = (): Clock => new Clock(() => steady, NOW);

beforeEach(() => {
  vi.useFakeTimers();
  steady = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

/** A server whose events are written by hand. */
class Events {
  connections = 0;
  status = 200;
  code = "busy";
  #to: ReadableStreamDefaultController<Uint8Array> | null = null;

  readonly fetch: typeof fetch = (_, init) => {
    this.connections += 1;
    if (this.status !== 200) {
      return Promise.resolve(new Response(JSON.stringify({ code: this.code, retry_after_s: 3 }), { status: this.status }));
    }
    const stream = new ReadableStream<Uint8Array>({ start: (to) => (this.#to = to) });
    init?.signal?.addEventListener("abort", () => {
      this.#to?.error(new DOMException("aborted", "AbortError"));
    });
    return Promise.resolve(new Response(stream));
  };

  async say(text: string): Promise<void> {
    this.#to?.enqueue(new TextEncoder().encode(text));
    await vi.advanceTimersByTimeAsync(0);
  }

  async end(): Promise<void> {
    this.#to?.close();
    await vi.advanceTimersByTimeAsync(0);
  }
}

const board = (over = {}): string => `event: board\ndata: ${JSON.stringify(boardEvent(over))}\n\n`;

async function following(events: Events, signedOut = (): void => undefined): Promise<Live> {
  const live = new Live("official", new Client(events.fetch), clock(), signedOut);
  live.start();
  await vi.advanceTimersByTimeAsync(0);
  return live;
}

describe("the live board", () => {
  it("is live when the first event came, and changes with the next", async () => {
    const events = new Events();
    const live = await following(events);
    expect(live.connection).toBe("connecting");
    await events.say(board());
    expect(live.connection).toBe("live");
    expect(live.board?.rows.size).toBe(1765);
    await events.say(board({ log_size: 4712, precincts: [row(3, { standing: "verified" })] }));
    expect(live.board?.rows.get(3)?.standing).toBe("verified");
    expect(live.board?.rows.size).toBe(1765);
    live.stop();
  });

  it("keeps what it showed when the connection breaks, says so, and connects again by itself", async () => {
    const events = new Events();
    const live = await following(events);
    await events.say(board());
    await events.end();
    expect(live.connection).toBe("lost");
    expect(live.board?.rows.size).toBe(1765);
    expect(live.nextTryAt).toBe(1000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(events.connections).toBe(2);
    await events.say(board({ precincts: [row(1)] }));
    expect(live.connection).toBe("live");
    expect(live.board?.rows.size).toBe(1);
    live.stop();
  });

  it("is heard of by comments, and given up after a long silence", async () => {
    const events = new Events();
    const live = await following(events);
    await events.say(board());
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1000);
    steady = 39_000;
    await events.say(": here\n\n");
    expect(live.heardAt).toBe(39_000);
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1000);
    expect(live.connection).toBe("live");
    await vi.advanceTimersByTimeAsync(1000);
    expect(live.connection).toBe("lost");
    live.stop();
  });

  it("waits as long as the server says, and not when somebody presses", async () => {
    const events = new Events();
    events.status = 503;
    const live = await following(events);
    expect(live.problem).toEqual({ code: "busy", retryAfterS: 3 });
    await vi.advanceTimersByTimeAsync(2999);
    expect(events.connections).toBe(1);
    live.tryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(events.connections).toBe(2);
    live.stop();
  });

  it("does not try again when nobody is signed in, and asks for it", async () => {
    const events = new Events();
    events.status = 401;
    events.code = "not-signed-in";
    const signedOut = vi.fn();
    await following(events, signedOut);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(signedOut).toHaveBeenCalledOnce();
    expect(events.connections).toBe(1);
  });

  it("is not stopped by an event that cannot be read", async () => {
    const events = new Events();
    const live = await following(events);
    await events.say("event: board\ndata: {nonsense\n\n");
    expect(live.connection).toBe("lost");
    await vi.advanceTimersByTimeAsync(1000);
    await events.say(board());
    expect(live.connection).toBe("live");
    live.stop();
  });

  it("waits longer after each failure, at most a quarter of a minute", () => {
    const none = { code: "network", retryAfterS: null };
    expect([1, 2, 3, 4, 5, 50].map((failures) => waitAfter(failures, none))).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000]);
    expect(waitAfter(1, { code: "busy", retryAfterS: 20 })).toBe(20_000);
    expect(waitAfter(1, { code: "not-allowed", retryAfterS: null })).toBe(60_000);
  });
});

describe("the clock", () => {
  it("carries the server's time on, whatever the desk's clock says", () => {
    const one = clock();
    steady = 5000;
    one.touch();
    expect(one.now).toBe(NOW + 5000);
    one.set(NOW + 60_000);
    steady = 6000;
    one.touch();
    expect(one.now).toBe(NOW + 61_000);
  });
});

describe("a desk", () => {
  async function opened(server: FixtureServer): Promise<Desk> {
    const desk = new Desk(new Client(server.fetch), clock());
    await desk.open("#/official/board");
    return desk;
  }

  it("shows nothing before somebody signed in", async () => {
    const desk = await opened(new FixtureServer(null));
    expect(desk.phase).toBe("out");
    expect(desk.trouble).toBeNull();
    await desk.signIn("desk-7", "long password", { code: "AB12" });
    expect(desk.phase).toBe("in");
    expect(desk.who.role).toBe("reviewer");
    desk.live?.stop();
  });

  it("tells trouble from nobody being signed in", async () => {
    const server = new FixtureServer(null);
    server.refuse("session", 409, "setup-needed");
    expect((await opened(server)).trouble?.code).toBe("setup-needed");
  });

  it("keeps person and drafts when the session ends, and gives them back to the same person", async () => {
    const server = new FixtureServer();
    const desk = await opened(server);
    const draft = draftOf("official", 5, contest);
    draft.attendees = "104";
    server.refuse("official/acts", 401, "not-signed-in");
    const attempt = desk.attempt();
    expect(await attempt.run(async () => { await desk.act({ do: "approve", id: "x" }); })).toBe(false);
    expect(desk.phase).toBe("again");
    expect(desk.session?.person).toBe(7);
    await desk.signIn("desk-7", "p", { code: "c" });
    expect(desk.phase).toBe("in");
    expect(draftOf("official", 5, contest).attendees).toBe("104");
    desk.live?.stop();
  });

  it("gives nothing of one person to the next", async () => {
    const server = new FixtureServer();
    const desk = await opened(server);
    draftOf("official", 5, contest).attendees = "104";
    boardView.query = "polk";
    desk.ended();
    server.session = session("operator", { person: 8 });
    await desk.signIn("desk-8", "p", { code: "c" });
    expect(reportDrafts.size).toBe(0);
    expect(boardView.query).toBe("");
    expect(desk.who.person).toBe(8);
    desk.live?.stop();
  });

  it("stays signed in when the server did not hear of signing out", async () => {
    const server = new FixtureServer();
    const desk = await opened(server);
    server.refuse("sign-out", 503, "busy");
    await expect(desk.signOut()).rejects.toMatchObject({ problem: { code: "busy" } });
    expect(desk.phase).toBe("in");
    await desk.signOut();
    expect(desk.phase).toBe("out");
    expect(desk.session).toBeNull();
  });

  it("follows the room that the address names", async () => {
    const desk = await opened(new FixtureServer());
    const official = desk.live;
    desk.goTo("#/official/precinct/4");
    expect(desk.live).toBe(official);
    desk.goTo("#/rehearsal/board");
    expect(desk.live?.room).toBe("rehearsal");
    desk.live?.stop();
  });
});

describe("an attempt", () => {
  it("is made once at a time, and keeps its problem until the next", async () => {
    const desk = new Desk(new Client(new FixtureServer().fetch), clock());
    const attempt = desk.attempt();
    let go: () => void = () => undefined;
    const first = attempt.run(() => new Promise<void>((resolve) => (go = resolve)));
    expect(attempt.busy).toBe(true);
    expect(await attempt.run(() => Promise.resolve())).toBe(false);
    go();
    expect(await first).toBe(true);
    expect(await attempt.run(() => Promise.reject(new Error("x")))).toBe(false);
    expect(attempt.problem?.code).toBe("garbled");
    expect(attempt.busy).toBe(false);
  });
});

describe("what is read from the server", () => {
  it("stays when reading again fails, and an old answer does not replace a new one", async () => {
    const answers: ((value: string) => void)[] = [];
    const loaded = new Loaded<string>(() => new Promise((resolve) => answers.push(resolve)));
    const first = loaded.again();
    const second = loaded.again();
    answers[1]?.("new");
    answers[0]?.("old");
    await Promise.all([first, second]);
    expect(loaded.value).toBe("new");
  });
});

describe("what is read again with every change", () => {
  it("is read at once, then every few seconds at most, and the last change is not missed", async () => {
    let reads = 0;
    const loaded = new Loaded(() => Promise.resolve((reads += 1)));
    loaded.soon();
    await vi.advanceTimersByTimeAsync(0);
    expect(reads).toBe(1);
    for (let change = 0; change < 10; change += 1) {
      loaded.soon();
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(reads).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(reads).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toBe(2);
  });
});

describe("signing in", () => {
  it("names the first thing that is missing; a password may be blanks", () => {
    expect(signInGap({ name: " ", password: "p", code: "c" })).toBe("name");
    expect(signInGap({ name: "n", password: "", code: "c" })).toBe("password");
    expect(signInGap({ name: "n", password: "  ", code: "" })).toBe("code");
    expect(signInGap({ name: "n", password: "p", code: "c" })).toBeNull();
    expect(signInGap({ name: "n", password: "p", code: "" }, "passkey")).toBeNull();
    expect(signInGap({ name: "n", password: "", code: "" }, "passkey")).toBe("password");
  });
});
