import { describe, expect, it } from "vitest";
import { decisionGap, lastDecision, putsAside, seen, typedHere, weaker, type DecisionDraft } from "../src/decide";
import { columnsOf, findingsAt, sideBySide, sideColumns } from "../src/side_by_side";
import { whyGap } from "../src/why";
import { contest, precinct } from "./fixtures";

describe("sources side by side", () => {
  const columns = columnsOf(precinct);
  const side = sideColumns(columns, false);
  const figures = sideBySide(side, contest, precinct.findings);

  it("keep their letters in the order of entry, and what counts stands first", () => {
    expect(columns.map(({ letter, counts }) => `${letter}${counts ? "*" : ""}`)).toEqual(["B*", "C", "A"]);
    expect(side.map(({ letter }) => letter)).toEqual(["B", "C"]);
    expect(sideColumns(columns, true)).toHaveLength(3);
  });

  it("mark the one cell that differs, with both numbers and the difference", () => {
    expect(figures.differing).toBe(1);
    const sanders = figures.rows[8]?.counts[1];
    expect(sanders?.differs).toBe(true);
    expect(sanders?.cells).toEqual([{ letter: "B", value: 254, delta: 0 }, { letter: "C", value: 245, delta: -9 }]);
    expect(figures.rows[8]?.counts[0]?.differs).toBe(false);
  });

  it("add up, and mark sums that differ", () => {
    expect(figures.sums.counts.map(({ cells }) => cells.map(({ value }) => value))).toEqual([[701, 701], [710, 701], [14, 14]]);
    expect(figures.sums.counts[1]?.differs).toBe(true);
    expect(figures.attendees.differs).toBe(false);
    expect(sideBySide(columns, contest, []).attendees.cells.map(({ delta }) => delta)).toEqual([0, 0, -3]);
  });

  it("carry the findings where they are: a cell, or a whole count", () => {
    expect(figures.rows[8]?.counts[1]?.findings).toEqual(["H02"]);
    expect(figures.sums.counts[1]?.findings).toEqual(["C02"]);
    expect(figures.rows[8]?.counts[2]?.findings).toEqual(["C06"]);
    expect(findingsAt(precinct.findings, null, null)).toEqual([]);
  });

  it("say who has nobody anywhere", () => {
    expect(figures.rows.filter(({ nobody }) => nobody).map(({ group }) => contest.groups[group ?? -1]?.name)).toEqual(["Bennet", "Bloomberg", "Delaney", "Gabbard", "Patrick", "Other"]);
  });

  it("stand alone where there is one, and are nothing where there is none", () => {
    expect(sideBySide(side.slice(0, 1), contest, []).differing).toBe(0);
    expect(sideBySide([], contest, []).rows).toHaveLength(14);
  });

  it("that are cut short count as nobody, not as nothing", () => {
    const short = columns.map((column) => ({ ...column, source: { ...column.source, counts: [[1]] } }));
    expect(sideBySide(short, contest, []).sums.counts[2]?.cells[0]?.value).toBe(0);
  });
});

describe("a decision", () => {
  const draft: DecisionDraft = { report: "b1", evidence: "cards", why: "counted again", answers: [], override: false };
  const last = lastDecision(precinct);

  it("needs a report, evidence, a reason, and a word where it puts stronger evidence aside", () => {
    expect(decisionGap({ ...draft, report: undefined }, last)).toBe("report");
    expect(decisionGap({ ...draft, report: null }, last)).toBeNull();
    expect(decisionGap({ ...draft, evidence: undefined }, last)).toBe("evidence");
    expect(decisionGap({ ...draft, why: "  " }, last)).toBe("why");
    expect(decisionGap({ ...draft, evidence: "report" }, last)).toBe("override");
    expect(decisionGap({ ...draft, evidence: "report", override: true }, last)).toBeNull();
    expect(decisionGap({ ...draft, evidence: "report" }, null)).toBeNull();
    expect(decisionGap(draft, last)).toBeNull();
  });

  it("knows cards over sheet over report", () => {
    expect(weaker("report", "sheet")).toBe(true);
    expect(weaker("sheet", "cards")).toBe(true);
    expect(weaker("cards", "report")).toBe(false);
    expect(weaker("sheet", "sheet")).toBe(false);
    expect(putsAside({ ...draft, evidence: "sheet" }, last)).toBe(false);
  });

  it("is not made by whoever typed one of the reports; a tablet's number is nobody's here", () => {
    expect(typedHere(precinct, 12)).toBe(true);
    expect(typedHere(precinct, 7)).toBe(false);
    expect(typedHere({ ...precinct, sources: precinct.sources.map((source) => ({ ...source, channel: "tablet" as const })) }, 12)).toBe(false);
  });

  it("is made about what was seen: a report or a decision more is another sight", () => {
    expect(seen({ ...precinct, decisions: [] })).not.toBe(seen(precinct));
    expect(seen({ ...precinct, sources: precinct.sources.slice(1) })).not.toBe(seen(precinct));
    expect(seen({ ...precinct, objections: [] })).toBe(seen(precinct));
  });
});

describe("a reason", () => {
  it("has 1 to 200 characters, counted as the server counts them", () => {
    expect(whyGap("")).toBe("empty");
    expect(whyGap(" ")).toBe("empty");
    expect(whyGap("x")).toBeNull();
    expect(whyGap("é".repeat(200))).toBeNull();
    expect(whyGap("😀".repeat(200))).toBeNull();
    expect(whyGap("x".repeat(201))).toBe("long");
    expect(whyGap(` ${"x".repeat(200)} `)).toBeNull();
  });
});
