import { untrack } from "svelte";
import { SIGNED_OUT } from "./attempt.svelte";
import { problemOf, type Problem } from "./api/problem";
import type { Desk } from "./desk.svelte";

/** Something read from the server. What was read last stays while it is read again, and when that fails. */
export class Loaded<T> {
  readonly #read: () => Promise<T>;
  readonly #signedOut: () => void;
  #asked = 0;
  #readAt: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  value = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);

  constructor(read: () => Promise<T>, signedOut: () => void = () => undefined) {
    this.#read = read;
    this.#signedOut = signedOut;
  }

  /** Reads it again soon: at once, but not more often than every few seconds. On a busy night the log grows with every second. */
  soon(everyMs = 3_000): void {
    if (this.#timer === null) {
      const wait = this.#readAt === null ? 0 : Math.max(0, this.#readAt + everyMs - performance.now());
      this.#timer = setTimeout(() => {
        this.#timer = null;
        void this.again();
      }, wait);
    }
  }

  /** Reads it again. An answer that comes after a later one's question is put aside. */
  readonly again = async (): Promise<void> => {
    const mine = untrack(() => ++this.#asked);
    this.#readAt = performance.now();
    try {
      const value = await this.#read();
      if (mine === this.#asked) {
        this.value = value;
        this.problem = null;
      }
    } catch (thrown) {
      if (mine === this.#asked) {
        this.problem = problemOf(thrown);
        if (SIGNED_OUT.includes(this.problem.code)) {
          this.#signedOut();
        }
      }
    }
  };
}

/** Something that follows from the log, for a screen that begins: read anew whenever something was entered there. */
export function ofTheLog<T extends { now_ms: number }>(desk: Desk, read: () => Promise<T>): Loaded<T> {
  const loaded = new Loaded(async () => {
    const value = await read();
    desk.clock.set(value.now_ms);
    return value;
  }, desk.ended);
  const size = $derived(desk.live?.board?.log_size);
  $effect(() => {
    void size;
    untrack(() => {
      loaded.soon();
    });
  });
  return loaded;
}
