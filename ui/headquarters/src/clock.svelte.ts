/** Milliseconds between two looks at the clock. */
const TICK = 1000;

/** The server's time, carried on by the page's own steady clock: a desk whose clock is wrong still shows right ages. */
export class Clock {
  readonly #steady: () => number;
  #serverMs: number;
  #atSteady: number;
  /** Now, as the server would say. */
  now = $state(0);
  /** Now, on a clock of the page that never goes back. */
  steady = $state(0);

  constructor(steady: () => number = () => performance.now(), serverMs: number = Date.now()) {
    this.#steady = steady;
    this.#serverMs = serverMs;
    this.#atSteady = steady();
    this.touch();
  }

  /** Begins to tick; the answer ends it. */
  start(): () => void {
    const timer = setInterval(() => {
      this.touch();
    }, TICK);
    return () => {
      clearInterval(timer);
    };
  }

  /** The server said what time it is. */
  set(serverMs: number): void {
    this.#serverMs = serverMs;
    this.#atSteady = this.#steady();
    this.touch();
  }

  /** Catches up at once. */
  touch(): void {
    this.steady = this.#steady();
    this.now = this.#serverMs + (this.steady - this.#atSteady);
  }
}
