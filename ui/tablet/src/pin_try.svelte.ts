import { viewOf } from "./app";
import { clock } from "./clock.svelte";
import type { Controller } from "./controller.svelte";
import { PIN_LENGTH } from "./enrolment.svelte";

/** Milliseconds until a PIN may be tried again; 0 when it may be tried now. */
export function pinWait(app: Controller): number {
  const lock = viewOf(app).lock;
  return lock.state === "noPin" ? 0 : clock.left(app.viewAt + lock.waitMs);
}

/** A PIN on its way to being tried: at once, or by itself when the countdown after a wrong one has ended. */
export class PinTry {
  /** *Next* was pressed while digits were missing. */
  short = $state(false);
  /** *Next* was pressed during the countdown. */
  held = $state(false);
  readonly #wait: () => number;
  readonly #run: () => void;

  /** Belongs to the component that makes it. `run` tries the PIN. */
  constructor(wait: () => number, run: () => void) {
    this.#wait = wait;
    this.#run = run;
    $effect(() => {
      if (this.held && wait() === 0) {
        this.held = false;
        run();
      }
    });
  }

  /** Another digit, or one fewer: what was pressed before no longer stands. */
  typed(): void {
    this.short = false;
    this.held = false;
  }

  /** The way on was pressed. */
  next(pin: string): void {
    this.short = pin.length < PIN_LENGTH;
    this.held = !this.short && this.#wait() > 0;
    if (!this.short && !this.held) {
      this.#run();
    }
  }
}
