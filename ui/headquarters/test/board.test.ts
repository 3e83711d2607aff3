import { describe, expect, it } from "vitest";
import { afterEvent, byAge, byCounty, byQuestion, heat, isAsked, longestWaiting, needsPerson, totalsOf, waits, windowOf } from "../src/board";
import { boardEvent, contest, NOW, row, rows } from "./fixtures";

describe("the board after events", () => {
  const whole = afterEvent(null, boardEvent(), true);

  it("holds every precinct of the first event", () => {
    expect(whole.rows.size).toBe(1765);
    expect(whole.held).toBe(2);
    expect(totalsOf(whole.rows.values())).toEqual(whole.totals);
  });

  it("changes only the rows that an event names, and all of the figures", () => {
    const changed = row(5, { standing: "released" });
    const after = afterEvent(whole, boardEvent({ log_size: 4712, held: 0, precincts: [changed] }), false);
    expect(after.rows.get(5)).toBe(changed);
    expect(after.rows.get(6)).toBe(whole.rows.get(6));
    expect(after.log_size).toBe(4712);
    expect(after.held).toBe(0);
    expect(whole.rows.get(5)).not.toBe(changed);
  });

  it("puts the old rows aside when a connection begins anew", () => {
    const after = afterEvent(whole, boardEvent({ precincts: [row(1)] }), true);
    expect([...after.rows.keys()]).toEqual([1]);
  });

  it("takes a change that comes before anything else", () => {
    expect(afterEvent(null, boardEvent({ precincts: [row(1)] }), false).rows.size).toBe(1);
  });
});

describe("what needs somebody", () => {
  it("is a conflict, something open, an objection, a precinct set aside or reopened", () => {
    expect(needsPerson(row(1, { standing: "inConflict" }))).toBe(true);
    expect(needsPerson(row(1, { standing: "released", open: 0, objections: 1 }))).toBe(true);
    expect(needsPerson(row(1, { standing: "consistent", open: 1 }))).toBe(true);
    expect(needsPerson(row(1, { standing: "setAside" }))).toBe(true);
    expect(needsPerson(row(1, { standing: "reopened" }))).toBe(true);
    expect(needsPerson(row(1, { standing: "missing", open: 0, objections: 0 }))).toBe(false);
    expect(needsPerson(row(1, { standing: "released", open: 0, objections: 0 }))).toBe(false);
  });

  it("warms up as it waits, and released numbers do not wait", () => {
    const old = (minutes: number): number => NOW - minutes * 60_000;
    expect(heat(row(1, { standing: "flagged", last_ms: old(5) }), NOW)).toBe("cool");
    expect(heat(row(1, { standing: "flagged", last_ms: old(25) }), NOW)).toBe("warm");
    expect(heat(row(1, { standing: "flagged", last_ms: old(61) }), NOW)).toBe("hot");
    expect(heat(row(1, { standing: "released", last_ms: old(600) }), NOW)).toBe("cool");
    expect(waits(row(1, { standing: "missing", last_ms: null }))).toBe(false);
  });

  it("is led by what waits longest", () => {
    const some = [row(1, { standing: "released", last_ms: 1 }), row(2, { standing: "consistent", last_ms: 30 }), row(3, { standing: "flagged", last_ms: 20 }), row(4, { standing: "missing", last_ms: null })];
    expect(longestWaiting(some)?.number).toBe(3);
    expect(longestWaiting([])).toBeNull();
  });
});

describe("the list", () => {
  it("has one line for each county while all are closed", () => {
    const lines = byCounty(rows, rows, contest.counties, () => false);
    expect(lines).toHaveLength(99);
    expect(lines.every((line) => line.kind === "county")).toBe(true);
    expect(lines.reduce((sum, line) => sum + (line.kind === "county" ? line.rows : 0), 0)).toBe(1765);
  });

  it("shows the precincts of an open county, what needs somebody first, numbers in their order", () => {
    const those = [row(1, { county: 3, name: "Ward 10", standing: "released" }), row(2, { county: 3, name: "Ward 2", standing: "released" }), row(3, { county: 3, name: "Ward 30", standing: "inConflict" }), row(4, { county: 1 })];
    const lines = byCounty(those, those, contest.counties, (county) => county === 3);
    expect(lines.map((line) => (line.kind === "county" ? `= ${contest.counties[line.county] ?? ""}` : line.row.name))).toEqual([
      "= Adams County", "= Appanoose County", "Ward 30", "Ward 2", "Ward 10",
    ]);
    expect(lines[1]).toMatchObject({ rows: 3, needing: 1, done: 2, missing: 0, expanded: true });
  });

  it("gives a county's figures of all its precincts, also where only some are found", () => {
    const those = [row(1, { county: 3, standing: "released" }), row(2, { county: 3, standing: "missing" }), row(3, { county: 3, standing: "inConflict" })];
    const lines = byCounty(those.slice(2), those, contest.counties, () => true);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ rows: 3, needing: 1, done: 1, missing: 1 });
  });

  it("can be in the order of waiting: those who wait, those who are missing, those who are done", () => {
    const those = [row(1, { standing: "released", last_ms: 5 }), row(2, { standing: "missing", last_ms: null }), row(3, { standing: "flagged", last_ms: 20 }), row(4, { standing: "consistent", last_ms: 10 })];
    expect(byAge(those).map((line) => (line.kind === "precinct" ? line.row.number : -1))).toEqual([4, 3, 2, 1]);
  });

  it("can be in the order of questions: who was asked first, then who was not asked", () => {
    const those = [row(1, { asked_ms: null }), row(2, { asked_ms: 20, last_ms: 1 }), row(3, { asked_ms: 10, last_ms: 5 }), row(4, { asked_ms: 10, name: "Aaa" })];
    expect(those.map(isAsked)).toEqual([false, true, true, true]);
    expect(byQuestion(those).map((line) => (line.kind === "precinct" ? line.row.number : -1))).toEqual([4, 3, 2, 1]);
  });

  it("draws only what can be seen, and a little more", () => {
    expect(windowOf(1765, 38, 0, 380, 8)).toEqual({ from: 0, to: 18 });
    expect(windowOf(1765, 38, 3800, 380, 8)).toEqual({ from: 92, to: 118 });
    expect(windowOf(10, 38, 99_999, 380, 8)).toEqual({ from: 10, to: 10 });
    expect(windowOf(0, 38, 0, 380, 8)).toEqual({ from: 0, to: 0 });
  });
});
