import type { Client } from "./api/client";
import { listen, type Sent } from "./api/events";
import { problemOf, type Problem } from "./api/problem";
import type { BoardEvent, RoomName } from "./api/types";
import { afterEvent, type Board } from "./board";
import type { Clock } from "./clock.svelte";

/** The server writes at least a comment every 15 seconds; after this long without one the connection is given up. */
export const SILENCE_MS = 40_000;
/** Whoever may not see the board is not told otherwise within seconds. */
const REFUSED_MS = 60_000;
const WAIT_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** How long to wait before a connection is tried again that failed so often in a row. */
export function waitAfter(failures: number, problem: Problem): number {
  if (problem.code === "not-allowed") {
    return REFUSED_MS;
  }
  const wait = WAIT_MS[Math.min(Math.max(failures, 1), WAIT_MS.length) - 1] ?? 15_000;
  return Math.max(wait, (problem.retryAfterS ?? 0) * 1000);
}

export type Connection = "connecting" | "live" | "lost";

/** The board of a room, kept up to date, and whether it is. */
export class Live {
  readonly room: RoomName;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #signedOut: () => void;
  #stop = new AbortController();
  #again: (() => void) | null = null;
  board = $state.raw<Board | null>(null);
  connection = $state<Connection>("connecting");
  problem = $state.raw<Problem | null>(null);
  /** On the page's steady clock: when the server was last heard of. */
  heardAt = $state<number | null>(null);
  /** On the same clock: when the connection is tried again. */
  nextTryAt = $state<number | null>(null);

  constructor(room: RoomName, client: Client, clock: Clock, signedOut: () => void) {
    this.room = room;
    this.#client = client;
    this.#clock = clock;
    this.#signedOut = signedOut;
  }

  /** Connects, and connects again, until it is stopped. */
  start(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    void this.#follow(this.#stop);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Does not wait any longer. */
  tryNow(): void {
    this.#again?.();
  }

  async #follow(stop: AbortController): Promise<void> {
    let failures = 0;
    while (!stop.signal.aborted) {
      this.connection = "connecting";
      this.nextTryAt = null;
      const problem = await this.#connect(stop, () => {
        failures = 0;
      });
      if (stop.signal.aborted) {
        return;
      }
      this.connection = "lost";
      this.problem = problem;
      if (problem.code === "not-signed-in") {
        this.#signedOut();
        return;
      }
      failures += 1;
      await this.#pause(waitAfter(failures, problem), stop.signal);
    }
  }

  /** One connection, to its end; says why it ended. */
  async #connect(stop: AbortController, good: () => void): Promise<Problem> {
    const connection = new AbortController();
    const end = (): void => {
      connection.abort();
    };
    stop.signal.addEventListener("abort", end);
    let silence = setTimeout(end, SILENCE_MS);
    let first = true;
    const heard = (sent: Sent): void => {
      clearTimeout(silence);
      silence = setTimeout(end, SILENCE_MS);
      this.#clock.touch();
      this.heardAt = this.#clock.steady;
      if (sent !== "comment" && sent.event === "board") {
        const event = JSON.parse(sent.data) as BoardEvent;
        this.#clock.set(event.now_ms);
        this.board = afterEvent(this.board, event, first);
        first = false;
      }
      this.connection = "live";
      this.problem = null;
      good();
    };
    try {
      await listen(await this.#client.events(this.room, connection.signal), heard);
      return { code: "network", retryAfterS: null };
    } catch (thrown) {
      return connection.signal.aborted || thrown instanceof TypeError ? { code: "network", retryAfterS: null } : problemOf(thrown);
    } finally {
      clearTimeout(silence);
      connection.abort();
      stop.signal.removeEventListener("abort", end);
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    this.#clock.touch();
    this.nextTryAt = this.#clock.steady + ms;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#again = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#again = done;
    });
  }
}
