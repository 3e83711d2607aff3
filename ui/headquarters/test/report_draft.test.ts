import { describe, expect, it } from "vitest";
import { draftOf, numberOf, ReportDraft, reportDrafts, slips } from "../src/report_draft.svelte";
import type { Contest } from "../src/api/types";
import { contest } from "./fixtures";

const small: Contest = { ...contest, groups: [{ name: "A", viable_kind: true }, { name: "B", viable_kind: true }] };

function typed(attendees: string, counts: string[][]): ReportDraft {
  const draft = new ReportDraft(small);
  draft.attendees = attendees;
  draft.counts = counts;
  return draft;
}

describe("a number that is typed", () => {
  it("is empty, none, or whole up to 100,000", () => {
    expect(numberOf(" ")).toBeUndefined();
    expect(numberOf("0")).toBe(0);
    expect(numberOf("007")).toBe(7);
    expect(numberOf("100000")).toBe(100_000);
    for (const text of ["100001", "1,5", "-1", "1.0", "1e3", "x", "1 2"]) {
      expect(numberOf(text)).toBeNull();
    }
  });
});

describe("a report that is typed", () => {
  it("is not whole while a cell is empty: empty is not zero", () => {
    const draft = typed("10", [["4", ""], ["4", "6"], ["1", "1"]]);
    expect(draft.gap()).toEqual({ count: 0, group: 1 });
    expect(draft.figures()).toBeNull();
    expect(draft.sum(0)).toEqual({ total: 4, empty: 1 });
    draft.nobodyElse(0);
    expect(draft.figures()).toEqual({ attendees: 10, counts: [[4, 0], [4, 6], [1, 1]] });
    expect(draft.gap()).toBeNull();
  });

  it("asks for the attendance first, and for numbers that are none", () => {
    expect(typed("", [["1", "1"], ["1", "1"], ["1", "1"]]).gap()).toEqual({ count: null });
    expect(typed("2", [["1", "1"], ["1", "x"], ["1", "1"]]).gap()).toEqual({ count: 1, group: 1 });
  });

  it("fills only what is empty with nobody", () => {
    const draft = typed("9", [["", "x"], ["", "3"], ["", ""]]);
    draft.nobodyElse(0);
    draft.nobodyElse(1);
    expect(draft.counts).toEqual([["0", "x"], ["0", "3"], ["", ""]]);
  });

  it("is there again when one comes back to the precinct, in its room only", () => {
    reportDrafts.clear();
    draftOf("official", 3, small).attendees = "12";
    expect(draftOf("official", 3, small).attendees).toBe("12");
    expect(draftOf("rehearsal", 3, small).isEmpty).toBe(true);
  });
});

describe("sums", () => {
  it("that do not agree are said with both numbers, as soon as the counts are whole", () => {
    expect(slips(typed("10", [["4", "7"], ["9", "3"], ["1", "1"]]), small, 3)).toEqual([
      { kind: "first-more", first: 11, attendees: 10 },
      { kind: "final-more", first: 11, final: 12 },
      { kind: "delegates", entered: 2, elects: 3 },
    ]);
    expect(slips(typed("12", [["4", "7"], ["4", "7"], ["1", "2"]]), small, 3)).toEqual([{ kind: "first-fewer", first: 11, attendees: 12 }]);
    expect(slips(typed("10", [["4", ""], ["9", "3"], ["1", ""]]), small, 3)).toEqual([]);
    expect(slips(typed("11", [["4", "7"], ["4", "7"], ["1", "1"]]), small, null)).toEqual([]);
  });
});
