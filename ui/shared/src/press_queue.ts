/**
 * Runs tasks one after the other, in the order they came, and drops none: a press made while an
 * earlier one is still being saved waits for it. A task that fails does not stop the next.
 */
export class PressQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Tasks that have not ended yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Adds a task and resolves (or rejects) as it does. */
  add<T>(task: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const run = this.#tail.then(task);
    const ended = (): void => {
      this.#waiting -= 1;
    };
    this.#tail = run.then(ended, ended);
    return run;
  }
}
