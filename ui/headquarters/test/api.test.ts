import { describe, expect, it } from "vitest";
import { Client } from "../src/api/client";
import { EventReader, listen, type Sent } from "../src/api/events";
import { Failed, problemIn, problemOf } from "../src/api/problem";
import { FixtureServer } from "./fixture_server";

describe("server-sent events", () => {
  const all = (...pieces: string[]): Sent[] => {
    const reader = new EventReader();
    return pieces.flatMap((piece) => reader.take(piece));
  };

  it("are read whatever the pieces they come in", () => {
    const text = 'event: board\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: still here\n\ndata:x\n\n';
    const whole = all(text);
    expect(whole).toEqual([{ event: "board", data: '{"a":\n1}' }, "comment", { event: "message", data: "x" }]);
    for (let at = 0; at <= text.length; at += 1) {
      expect(all(text.slice(0, at), text.slice(at)), `cut at ${at.toString()}`).toEqual(whole);
    }
    expect(all(...text)).toEqual(whole);
  });

  it("need an empty line to be whole, and data to be one", () => {
    expect(all("event: board\ndata: 1\n")).toEqual([]);
    expect(all("event: board\n\ndata: 2\n\n")).toEqual([{ event: "message", data: "2" }]);
    expect(all("id: 7\nretry: 5\ndata\n\n")).toEqual([{ event: "message", data: "" }]);
  });

  it("are listened to until the stream ends, letters cut in two included", async () => {
    const bytes = new TextEncoder().encode("data: Ñ\n\n");
    const heard: Sent[] = [];
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) {
          controller.enqueue(Uint8Array.of(byte));
        }
        controller.close();
      },
    });
    await listen(stream, (sent) => heard.push(sent));
    expect(heard).toEqual([{ event: "message", data: "Ñ" }]);
  });
});

describe("problems", () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}): Response => new Response(body, { status, headers });

  it("are read from the body, and when to try again from body or header", async () => {
    expect(await problemIn(answer(429, '{"code":"locked","retry_after_s":30}'))).toEqual({ code: "locked", retryAfterS: 30 });
    expect(await problemIn(answer(503, '{"code":"busy"}', { "retry-after": "7" }))).toEqual({ code: "busy", retryAfterS: 7 });
    expect(await problemIn(answer(409, '{"code":"stopped","retry_after_s":"soon"}'))).toEqual({ code: "stopped", retryAfterS: null });
  });

  it("of a proxy in between are not taken for the server's", async () => {
    expect(await problemIn(answer(502, "<html>Bad gateway</html>"))).toEqual({ code: "busy", retryAfterS: null });
    expect(await problemIn(answer(401, "<html>Sign in to the Wi-Fi</html>"))).toEqual({ code: "garbled", retryAfterS: null });
    expect(await problemIn(answer(403, '{"detail":"no"}'))).toEqual({ code: "garbled", retryAfterS: null });
  });

  it("that nobody foresaw are still problems", () => {
    expect(problemOf(new Error("x")).code).toBe("garbled");
    expect(problemOf(new Failed({ code: "busy", retryAfterS: 1 }))).toEqual({ code: "busy", retryAfterS: 1 });
  });
});

describe("the client", () => {
  it("proves each change with the token of the session", async () => {
    const server = new FixtureServer();
    const client = new Client(server.fetch);
    await client.session();
    await client.act("official", { do: "approve", id: "f2" });
    expect(server.asked.at(-1)).toEqual({ path: "official/acts", body: { do: "approve", id: "f2" }, csrf: "c5" });
    await client.signOut();
    expect(server.asked.at(-1)?.csrf).toBe("c5");
  });

  it("asks under its own folder only", async () => {
    const asked: string[] = [];
    const client = new Client((input) => {
      asked.push(String(input));
      return Promise.resolve(new Response("{}"));
    }, "/hq/");
    await client.precinct("rehearsal", 12);
    await client.releases("official");
    expect(asked).toEqual(["/hq/api/rehearsal/precincts/12", "/hq/api/official/releases"]);
  });

  it("never takes a dead network for a wrong password", async () => {
    const client = new Client(() => Promise.reject(new TypeError("failed to fetch")));
    await expect(client.signIn("a", "b", { code: "c" })).rejects.toMatchObject({ problem: { code: "network" } });
  });

  it("says so when something else answers", async () => {
    const client = new Client(() => Promise.resolve(new Response("<html>")));
    await expect(client.session()).rejects.toMatchObject({ problem: { code: "garbled" } });
  });
});
