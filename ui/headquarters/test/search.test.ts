import { describe, expect, it } from "vitest";
import { Index, plain, words } from "../src/search";
import { contest, row, rows } from "./fixtures";

const index = new Index({
  county: (county) => contest.counties[county] ?? "",
  standing: (one) => ({ inConflict: "En conflicto" })[one.standing as string] ?? one.standing,
  asked: "preguntado, sin respuesta",
  check: (name) => (name.startsWith("C02") ? "more people at final" : ""),
});
const places = [
  row(1, { id: "polk-dm-055", name: "Des Moines 55", county: contest.counties.indexOf("Polk County"), standing: "flagged", flags: ["C02", "C03:4"] }),
  row(2, { id: "polk-dm-056", name: "Des Moines 56", county: contest.counties.indexOf("Polk County"), standing: "released", flags: [] }),
  row(3, { id: "obrien-001", name: "Sanborn Ñandú", county: contest.counties.indexOf("O'Brien County"), standing: "inConflict", flags: ["H02"], asked_ms: 17 }),
];

const found = (query: string): number[] => index.find(places, query).map(({ number }) => number);

describe("search", () => {
  it.each([
    ["", [1, 2, 3]],
    ["  ", [1, 2, 3]],
    ["polk", [1, 2]],
    ["dm-055", [1]],
    ["55", [1]],
    ["moines DES", [1, 2]],
    ["c02", [1]],
    ["C03", [1]],
    ["c03:4", [1]],
    ["h02", [3]],
    ["released", [2]],
    ["inConflict", [3]],
    ["conflicto", [3]],
    ["nandu", [3]],
    ["o'brien", [3]],
    ["people final", [1]],
    ["polk, released", [2]],
    ["polk h02", []],
    ["preguntado", [3]],
    ["Sin Respuesta", [3]],
    ["zzz", []],
  ] as const)("%s", (query, numbers) => {
    expect(found(query)).toEqual(numbers);
  });

  it("reads a row that changed anew", () => {
    const before = places[0];
    expect(before && index.matches(before, words("verified"))).toBe(false);
    expect(before && index.matches({ ...before, standing: "verified" }, words("verified"))).toBe(true);
  });

  it("knows no capitals and no accents", () => {
    expect(plain("ÑANDÚ Ō'Brien")).toBe("nandu o'brien");
  });

  it("finds among every precinct faster than one types", () => {
    const all = new Index({ county: (county) => contest.counties[county] ?? "", standing: (one) => one.standing, check: () => "" });
    all.find(rows, "polk");
    const begun = performance.now();
    for (const query of ["p", "po", "pol", "polk", "polk c", "polk c0", "polk c02"]) {
      all.find(rows, query);
    }
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});
