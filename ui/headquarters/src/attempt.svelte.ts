import { problemOf, type Problem } from "./api/problem";

/** Codes that mean: nobody is signed in here any more. */
export const SIGNED_OUT: readonly string[] = ["not-signed-in", "csrf"];

/** Something that a person asked for: whether it is still under way, and what went wrong. */
export class Attempt {
  readonly #signedOut: () => void;
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  constructor(signedOut: () => void = () => undefined) {
    this.#signedOut = signedOut;
  }

  /** Does it, unless it is already being done. True if it worked. */
  async run(does: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.problem = null;
    try {
      await does();
      return true;
    } catch (thrown) {
      this.problem = problemOf(thrown);
      if (SIGNED_OUT.includes(this.problem.code)) {
        this.#signedOut();
      }
      return false;
    } finally {
      this.busy = false;
    }
  }
}
