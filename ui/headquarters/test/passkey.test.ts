import { describe, expect, it } from "vitest";
import { Client } from "../src/api/client";
import { bytesOf, passkeyCode, passkeyPlace, textOf } from "../src/passkey";
import { href, parseRoute } from "../src/route";
import { FixtureServer } from "./fixture_server";

describe("passkeys", () => {
  it("are good at one address only, and in browsers that have them", () => {
    const at = "https://hq.example.org";
    expect(passkeyPlace(null, at, true)).toBe("none");
    expect(passkeyPlace(at, "https://hq.example.com", true)).toBe("elsewhere");
    expect(passkeyPlace(at, at, false)).toBe("no-browser");
    expect(passkeyPlace(at, at, true)).toBe("here");
  });

  it("travel as base64url without padding", () => {
    const bytes = Uint8Array.from([0xfb, 0xff, 0xfe, 0x00]);
    expect(textOf(bytes.buffer)).toBe("-__-AA");
    expect([...bytesOf("-__-AA")]).toEqual([...bytes]);
    expect(bytesOf("")).toHaveLength(0);
  });

  it("that were not given are no fault of anybody's", () => {
    expect(passkeyCode(new DOMException("closed", "NotAllowedError"))).toBe("passkey-cancelled");
    expect(passkeyCode(new DOMException("there", "InvalidStateError"))).toBe("passkey-known");
    expect(passkeyCode(new DOMException("host", "SecurityError"))).toBe("passkey-failed");
    expect(passkeyCode(new TypeError("x"))).toBe("passkey-failed");
  });

  it("are shown in the place of a code", async () => {
    const server = new FixtureServer(null);
    const client = new Client(server.fetch);
    const passkey = { id: "a", client_data: "b", authenticator_data: "c", signature: "d", user: null };
    await client.signIn("n", "p", { passkey });
    expect(server.asked.at(-1)?.body).toEqual({ name: "n", password: "p", passkey });
    await client.removePasskey(3, "p");
    expect(server.asked.at(-1)).toMatchObject({ path: "passkeys/3/remove", body: { password: "p" } });
  });

  it("have a place of their own", () => {
    expect(parseRoute(href({ room: "official", at: "own" }))).toEqual({ room: "official", at: "own" });
  });
});
