/** Milliseconds between two looks at the clock. */
const TICK = 250;

/** A clock for countdowns: milliseconds that never go back, whatever the tablet's clock says. */
class Clock {
  /** Now, on the page's monotonic clock. */
  now = $state(performance.now());

  constructor() {
    setInterval(() => {
      this.touch();
    }, TICK);
  }

  /** Catches up at once, so that a countdown that just began does not show more than its length. */
  touch(): void {
    this.now = performance.now();
  }

  /** Milliseconds left until a moment of the page's clock. */
  left(until: number): number {
    return Math.max(0, until - this.now);
  }
}

/** The one clock. */
export const clock = new Clock();
