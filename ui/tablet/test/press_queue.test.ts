import { PressQueue } from "@countersign/shared/press_queue";
import { describe, expect, it } from "vitest";

/** A task that ends when told to. */
function held(log: string[], name: string): { task: () => Promise<string>; end: () => void; fail: () => void } {
  let end = (): void => undefined;
  let fail = (): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = () => {
      reject(new Error(name));
    };
  });
  const task = async (): Promise<string> => {
    log.push(`begin ${name}`);
    await ended;
    log.push(`end ${name}`);
    return name;
  };
  return { task, end, fail };
}

describe("the press queue", () => {
  it("begins a task only when the one before it has ended", async () => {
    const log: string[] = [];
    const queue = new PressQueue();
    const [a, b] = [held(log, "a"), held(log, "b")];
    const first = queue.add(a.task);
    const second = queue.add(b.task);
    b.end();
    await Promise.resolve();
    await Promise.resolve();
    expect(log).toEqual(["begin a"]);
    a.end();
    expect(await first).toBe("a");
    expect(await second).toBe("b");
    expect(log).toEqual(["begin a", "end a", "begin b", "end b"]);
  });

  it("goes on after a task that failed, and tells who asked", async () => {
    const log: string[] = [];
    const queue = new PressQueue();
    const [a, b] = [held(log, "a"), held(log, "b")];
    const first = queue.add(a.task);
    const second = queue.add(b.task);
    a.fail();
    b.end();
    await expect(first).rejects.toThrow("a");
    expect(await second).toBe("b");
    expect(queue.waiting).toBe(0);
  });

  it("runs a thousand presses in their order and drops none", async () => {
    const queue = new PressQueue();
    const seen: number[] = [];
    const all = Array.from({ length: 1000 }, (_, press) =>
      queue.add(async () => {
        // Later presses would overtake earlier ones if they ran at once.
        for (let turn = press % 3; turn < 2; turn += 1) {
          await Promise.resolve();
        }
        seen.push(press);
      }));
    expect(queue.waiting).toBe(1000);
    await Promise.all(all);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, press) => press));
  });
});
