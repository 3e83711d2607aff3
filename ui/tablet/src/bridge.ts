import { invoke, isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Answer, Command, Problem } from "@countersign/shared/gen_api";

/** What a command came to: its answer, or why it did not do what was asked. */
export type Reply = { ok: Answer } | { problem: Problem };

/** The way to the tablet behind the window. It carries and decides nothing. */
export interface Bridge {
  /** Carries one command. Rejects only when the host itself cannot be reached. */
  call(command: Command): Promise<Reply>;
  /** Calls back whenever the state changed by itself; then ask for the view again. */
  onChanged(callback: () => void): void;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "retry" in value;
}

/** The bridge of the app's window. */
class TauriBridge implements Bridge {
  async call(command: Command): Promise<Reply> {
    try {
      return { ok: await invoke<Answer>("rpc", { command }) };
    } catch (refusal) {
      if (isProblem(refusal)) {
        return { problem: refusal };
      }
      throw refusal;
    }
  }

  onChanged(callback: () => void): void {
    void listen("changed", callback);
  }
}

/** The bridge to the HTTP host, for a plain browser. */
class HttpBridge implements Bridge {
  async call(command: Command): Promise<Reply> {
    const response = await fetch("/rpc", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(command),
    });
    if (!response.ok) {
      throw new Error(`the host answered ${response.status.toString()}`);
    }
    return (await response.json()) as Reply;
  }

  onChanged(callback: () => void): void {
    const events = new EventSource("/events");
    events.addEventListener("changed", callback);
  }
}

/** The bridge of the host this page runs in. */
export function bridge(): Bridge {
  return isTauri() ? new TauriBridge() : new HttpBridge();
}
