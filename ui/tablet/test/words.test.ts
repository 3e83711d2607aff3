import { afterEach, describe, expect, it } from "vitest";
import api from "../../shared/src/gen_api.ts?raw";
import type { FindingView, Missing } from "@countersign/shared/gen_api";
import { overwriteGetLocale } from "../src/paraglide/runtime";
import { checkName, FINDING_SENTENCES, findingWords } from "../src/words/findings";
import { missingWords } from "../src/words/missing";
import { heldWords, networkWords, preflightWords, problemWords, refusedWords } from "../src/words/problems";
import { figure, shortList } from "../src/words/lists";
import { viabilityLead } from "../src/words/rules";
import { duration, minutesAndSeconds } from "../src/words/times";
import { caucus, delegates, final, findings, first, tie } from "./fixture_views";

let language: "en" | "es" = "en";
overwriteGetLocale(() => language);
afterEach(() => {
  language = "en";
});


/** The members of a union of texts in the generated command surface. */
function union(name: string): string[] {
  const declared = new RegExp(`export type ${name} = ([^;]+);`).exec(api)?.[1] ?? "";
  return [...declared.matchAll(/"([^"]+)"/g)].map((found) => found[1] ?? "");
}

const open = { ...caucus("check", 704, [first, final, delegates]), ties: [tie] };

function bothDiffer(say: () => string): void {
  language = "en";
  const english = say();
  language = "es";
  const spanish = say();
  expect(english.trim()).not.toBe("");
  expect(spanish.trim()).not.toBe("");
  expect(spanish).not.toBe(english);
}

describe("words in both languages", () => {
  it.each(union("ProblemCode"))("problem %s", (code) => {
    const words = problemWords[code as keyof typeof problemWords];
    bothDiffer(() => words.title());
    bothDiffer(() => words.text());
  });

  it.each(union("HeldReason"))("held: %s says what is safe and whom to call", (reason) => {
    const say = (): string => heldWords[reason as keyof typeof heldWords]({ hotline: "515-555-0134" });
    bothDiffer(say);
    expect(say()).toContain("515-555-0134");
  });

  it.each(union("RefusedReason"))("refused: %s says what is safe", (reason) => {
    bothDiffer(() => refusedWords[reason as keyof typeof refusedWords]({ hotline: "515-555-0134" }));
  });

  it.each(union("NetworkState"))("network %s", (state) => {
    bothDiffer(() => networkWords[state as keyof typeof networkWords].text());
  });

  it.each(union("PreflightSubject"))("preflight of %s", (what) => {
    bothDiffer(() => preflightWords[what as keyof typeof preflightWords].good());
    bothDiffer(() => preflightWords[what as keyof typeof preflightWords].bad());
  });

  const missing: Missing[] = [
    { kind: "attendance" }, { kind: "groups", count: 0, groups: [1, 2] }, { kind: "lot", tie: 0 }, { kind: "reason", finding: "C02" },
    { kind: "attendanceReason" }, { kind: "attestation", who: { kind: "chair" } }, { kind: "attestation", who: { kind: "secretary" } },
    { kind: "attestation", who: { kind: "captain", group: 8 } },
  ];
  it.each(missing)("missing $kind", (one) => {
    bothDiffer(() => missingWords(open, one));
  });

  it("has a sentence for every variant of every check", () => {
    const wanted = [
      "C01.more", "C01.fewer", "C02.found", "C03.found", "C04.found", "C05.found", "C06.differs",
      "C07.delegatesWithoutPeople", "C07.viableWithoutDelegate", "C08.missing", "C08.needless", "C09.found", "C10.found",
    ];
    expect(FINDING_SENTENCES.toSorted()).toEqual(wanted.toSorted());
    expect(Object.keys(checkName)).toEqual(["C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10"]);
  });

  it.each(FINDING_SENTENCES)("finding %s", (name) => {
    const [rule = "", variant = ""] = name.split(".");
    const numbers = rule === "C06" ? [...delegates.map((n) => n + 1), ...delegates] : [12, 34, 56, 78];
    const finding: FindingView = { key: rule, rule, variant, severity: "unusual", group: 8, otherGroup: 10, numbers, steps: [], acknowledged: null };
    bothDiffer(() => findingWords(open, finding).title);
    bothDiffer(() => findingWords(open, finding).text);
    expect(JSON.stringify(findingWords(open, finding))).not.toMatch(/undefined|NaN|\{\w+\}/);
  });
});

describe("findings", () => {
  it("show both numbers and their difference", () => {
    const [c02] = findings;
    expect(c02 && findingWords(open, c02).text).toBe(
      "First alignment adds up to 139, final alignment to 141: 2 too many. Nobody may join after the first count.",
    );
  });

  it("show announced and ruled delegates only where they differ", () => {
    const c06 = findings[1];
    expect(c06 && findingWords(open, c06).rows).toEqual([
      "Buttigieg: announced 6, the rules give 5",
      "Warren: announced 3, the rules give 4",
    ]);
  });

  it("of a check this version does not know are still shown with their numbers", () => {
    const unknown: FindingView = { key: "C11", rule: "C11", variant: "found", severity: "unusual", group: null, otherGroup: null, numbers: [3, 4], steps: [], acknowledged: null };
    expect(findingWords(open, unknown)).toEqual({ title: "Check C11 found something.", text: "Numbers that disagree: 3, 4.", rows: [] });
  });
});

describe("figures and times", () => {
  it("are written as the language writes them", () => {
    expect(figure(100_000)).toBe("100,000");
    expect(figure(704)).toBe("704");
    expect(minutesAndSeconds(754_000)).toBe("12:34");
    expect(minutesAndSeconds(1)).toBe("0:01");
    expect(duration(86_400 * 3)).toBe("3 days");
    expect(duration(-300)).toBe("5 minutes");
    expect(shortList(["a", "b", "c", "d", "e", "f", "g"])).toBe("a, b, c, d and 3 more");
    expect(shortList(["a", "b", "c"])).toBe("a, b, and c");
  });

  it("give the viability rule as people say it", () => {
    expect(viabilityLead(open)).toBe("A group needs 106 to be viable (15 % of 704, rounded up).");
    expect(viabilityLead({ ...open, viabilityRule: { numerator: 1, denominator: 6 }, viabilityNumber: 118 })).toBe(
      "A group needs 118 to be viable (1/6 of 704, rounded up).",
    );
    const early = { attendees: 96, counts: [] };
    expect(viabilityLead({ ...open, earlyVotes: early, viabilityNumber: 120 })).toBe(
      "A group needs 120 to be viable (15 % of 800, rounded up).",
    );
    expect(viabilityLead({ ...open, viabilityNumber: null, viabilityRule: null, delegatesToElect: 1 })).toContain("One delegate");
  });
});
