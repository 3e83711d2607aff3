import { describe, expect, it } from "vitest";
import { Client } from "../src/api/client";
import type { Tie } from "../src/api/types";
import { LotDrafts } from "../src/lots.svelte";
import { FixtureServer } from "./fixture_server";

const tie: Tie = { groups: [0, 3, 8], seats: 2, gains: true };

describe("a lot that is typed", () => {
  it("favours as many groups as the tie has seats: the oldest choice gives way", () => {
    const lots = new LotDrafts();
    for (const group of [8, 3, 0]) {
      lots.favour(tie, group);
    }
    expect(lots.of(tie).winners).toEqual([3, 0]);
    lots.favour(tie, 3);
    expect(lots.of(tie).winners).toEqual([0]);
  });

  it("is whole or said to lack something, and left out while it is not begun", () => {
    const lots = new LotDrafts();
    expect([lots.gap(tie), lots.whole(tie)]).toEqual([null, null]);
    lots.set(tie, { drawnBy: "captain" });
    expect(lots.gap(tie)).toBe("winners");
    lots.favour(tie, 8);
    lots.favour(tie, 0);
    expect(lots.gap(tie)).toBe("method");
    expect(lots.whole(tie)).toBeNull();
    lots.set(tie, { method: "highCard", drawnBy: null });
    expect(lots.gap(tie)).toBe("drawnBy");
    lots.set(tie, { drawnBy: "chair" });
    expect(lots.gap(tie)).toBeNull();
    expect(lots.whole(tie)).toEqual({ groups: [0, 3, 8], seats: 2, winners: [0, 8], method: "highCard", drawn_by: "chair" });
    lots.clear(tie);
    expect([lots.gap(tie), lots.whole(tie)]).toEqual([null, null]);
  });

  it("belongs to its tie alone, and is there again when that comes back", () => {
    const lots = new LotDrafts();
    lots.favour(tie, 8);
    expect(lots.of({ ...tie, seats: 1 }).winners).toEqual([]);
    expect(lots.of({ ...tie, groups: [0, 8] }).winners).toEqual([]);
    expect(lots.of({ ...tie }).winners).toEqual([8]);
  });
});

describe("ties", () => {
  it("are asked for with the numbers of the precinct", async () => {
    const server = new FixtureServer("operator");
    server.ties = [tie];
    const client = new Client(server.fetch);
    expect(await client.ties("official", 12, { attendees: 3, counts: [[3]] })).toEqual([tie]);
    expect(server.asked[0]).toMatchObject({ path: "official/ties", body: { precinct: 12, attendees: 3, counts: [[3]] } });
  });
});
