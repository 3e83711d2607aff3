import { describe, expect, it } from "vitest";
import { cellName, chosenCell, earlyIn, gapsOf, nextEmpty, restIsNobody, stepAfter, stepBefore } from "../src/caucus";
import { caucus, delegates, final, first } from "./fixture_views";

const empty = first.map(() => null);
const group = (at: number): { kind: "count"; count: number; group: number } => ({ kind: "count", count: 0, group: at });

describe("cells", () => {
  it("are chosen as the tablet remembers, when they belong to the step", () => {
    const open = { ...caucus("firstAlignment", 704, [empty, empty, empty]), cell: group(8) };
    expect(chosenCell(open)).toEqual(group(8));
    expect(chosenCell({ ...open, cell: { kind: "attendees" } })).toEqual(group(0));
    expect(chosenCell({ ...open, step: "attendance" })).toEqual({ kind: "attendees" });
    expect(chosenCell({ ...open, step: "check" })).toBeNull();
  });

  it("begin with the first empty one when nothing is remembered", () => {
    const some = first.map((value, at) => (at < 3 ? value : null));
    expect(chosenCell(caucus("firstAlignment", 704, [some, empty, empty]))).toEqual(group(3));
  });

  it("lead with Next to the next empty one, round the end, and to none when all are filled", () => {
    const some = first.map((value, at) => (at === 2 || at === 9 ? null : value));
    const open = caucus("firstAlignment", 704, [some, empty, empty]);
    expect(nextEmpty(open, group(2))).toEqual(group(9));
    expect(nextEmpty(open, group(9))).toEqual(group(2));
    expect(nextEmpty(open, group(13))).toEqual(group(2));
    expect(nextEmpty(caucus("firstAlignment", 704, [first, empty, empty]), group(4))).toBeNull();
    expect(nextEmpty(caucus("attendance", null, []), { kind: "attendees" })).toBeNull();
  });

  it("have the names that stories press", () => {
    const open = caucus("firstAlignment", 704, [empty, empty, empty]);
    expect(cellName(open, group(8))).toBe("firstAlignment.sanders");
    expect(cellName(open, { kind: "attendees" })).toBe("attendees");
  });
});

describe("steps", () => {
  it("follow one another as the tablet lists them", () => {
    const open = { ...caucus("attendance", 0, []), steps: [{ step: "attendance" as const, done: true }, { step: "sign" as const, done: false }] };
    expect(stepAfter(open)).toBe("sign");
    expect(stepBefore(open)).toBeNull();
    expect(stepAfter({ ...open, step: "sign" })).toBeNull();
  });

  it("name only their own gaps", () => {
    const open = caucus("firstAlignment", null, [empty, first, delegates]);
    expect(gapsOf(open, "attendance").map(({ kind }) => kind)).toEqual(["attendance"]);
    expect(gapsOf(open, "firstAlignment")).toHaveLength(1);
    expect(gapsOf(open, "finalAlignment")).toHaveLength(0);
  });

  it("know that nobody is left when everyone is counted and groups are empty", () => {
    const counted = first.map((value) => (value === 0 ? null : value));
    expect(restIsNobody(caucus("firstAlignment", 704, [counted, empty, empty]))).toBe(true);
    expect(restIsNobody(caucus("firstAlignment", 705, [counted, empty, empty]))).toBe(false);
    expect(restIsNobody(caucus("firstAlignment", 704, [first, empty, empty]))).toBe(false);
    expect(restIsNobody(caucus("attendance", 704, [counted, final, empty]))).toBe(false);
  });
});

describe("early votes", () => {
  it("belong to a count and a group, and are none where the precinct has none", () => {
    const open = caucus("firstAlignment", 704, [first, final, delegates]);
    expect(earlyIn(open, "firstAlignment", 0)).toBe(0);
    const early = { attendees: 7, counts: [[3, 4], [7, 0], [0, 0]] };
    expect(earlyIn({ ...open, earlyVotes: early }, "firstAlignment", 1)).toBe(4);
    expect(earlyIn({ ...open, earlyVotes: early }, "finalAlignment", 0)).toBe(7);
    expect(earlyIn({ ...open, earlyVotes: early }, "delegates", 0)).toBe(0);
    expect(earlyIn({ ...open, earlyVotes: early }, "finalAlignment", 13)).toBe(0);
  });
});
