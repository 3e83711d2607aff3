/** One server-sent event, or a comment, which only says that the server is there. */
export type Sent = { event: string; data: string } | "comment";

/** Takes the text of a stream of server-sent events as it comes in pieces. The browser's own EventSource hides comments
    and the status of a refusal, and both are needed to say whether the board is live. */
export class EventReader {
  #rest = "";
  #event = "";
  #data: string[] = [];

  /** What a piece completes. */
  take(piece: string): Sent[] {
    const sent: Sent[] = [];
    this.#rest += piece;
    // A line that ends in CR may go on with LF in the next piece.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length > 0) {
          sent.push({ event: this.#event === "" ? "message" : this.#event, data: this.#data.join("\n") });
        }
        this.#event = "";
        this.#data = [];
      } else if (line.startsWith(":")) {
        sent.push("comment");
      } else {
        this.#field(line);
      }
    }
    return sent;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") {
      this.#event = value;
    } else if (name === "data") {
      this.#data.push(value);
    }
  }
}

/** Reads a stream to its end. `heard` is called for everything that comes, comments included. */
export async function listen(stream: ReadableStream<Uint8Array>, heard: (sent: Sent) => void): Promise<void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const events = new EventReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      events.take(decoder.decode(value, { stream: true })).forEach(heard);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
