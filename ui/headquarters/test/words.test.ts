import checks from "../../../core/src/checks/mod.rs?raw";
import definition from "../../../core/src/contest/definition.rs?raw";
import people from "../../../core/src/message/people.rs?raw";
import release from "../../../core/src/message/release.rs?raw";
import review from "../../../core/src/message/review.rs?raw";
import refusal from "../../../core/src/refusal.rs?raw";
import questions from "../../../core/src/results/questions.rs?raw";
import standing from "../../../core/src/results/standing.rs?raw";
import composing from "../../../server/src/review.rs?raw";
import { afterEach, describe, expect, it } from "vitest";
import { PAGE_CODES, SERVER_CODES } from "../src/api/problem";
import {
  CAUSES, CHANNELS, CLOSED, COUNT_KINDS, EVIDENCE, LAYERS, OBJECTION_REASONS, OUTCOMES, PENDING_KINDS, ROLES, SEVERITIES, STANDINGS,
} from "../src/api/types";
import { overwriteGetLocale } from "../src/paraglide/runtime";
import { checkWords, findingTitle, parts } from "../src/words/checks";
import { channelName } from "../src/words/channels";
import { countName } from "../src/words/counts";
import { figure, list, signed } from "../src/words/lists";
import { problemWords, sentenceOf } from "../src/words/problems";
import { closedName, reasonOf } from "../src/words/questions";
import {
  NOT_READY, causeName, evidenceWords, layerName, named, notReadyWords, objectionReasonName, outcomeName, pendingName, severityWords,
} from "../src/words/review";
import { roleName } from "../src/words/roles";
import { standingWords } from "../src/words/standings";
import { countdown, span, time } from "../src/words/times";
import { contest } from "./fixtures";

let language: "en" | "es" = "en";
overwriteGetLocale(() => language);
afterEach(() => {
  language = "en";
});

/** The codes that a type of `core` has. */
function codes(source: string, type: string): string[] {
  const from = source.indexOf(`impl ${type} {`);
  const to = source.indexOf("\n}", from);
  return [...source.slice(from, to).matchAll(/=> "([A-Za-z-]+)"/g)].map((found) => found[1] ?? "");
}

function bothDiffer(say: () => string): void {
  language = "en";
  const english = say();
  language = "es";
  const spanish = say();
  expect(english.trim()).not.toBe("");
  expect(spanish).not.toBe(english);
}

const refusals = [...refusal.matchAll(/= "([a-z-]+)", \d+, \w+, "/g)].map((found) => found[1] ?? "");

describe("problems", () => {
  it("has words for every refusal of core, every code of the server and of the page, and no other", () => {
    expect(refusals.length).toBeGreaterThan(20);
    expect(Object.keys(problemWords).toSorted()).toEqual([...new Set([...refusals, ...SERVER_CODES, ...PAGE_CODES])].toSorted());
  });

  it.each(Object.keys(problemWords))("%s says what happened and what to do, in both languages", (code) => {
    const words = sentenceOf({ code, retryAfterS: null });
    bothDiffer(() => words.title());
    bothDiffer(() => words.text());
  });

  it.each(refusals)("%s says that nothing was entered", (code) => {
    expect(sentenceOf({ code, retryAfterS: null }).text()).toContain("Nothing was entered");
  });

  it("of a code this page does not know name the code", () => {
    expect(sentenceOf({ code: "brand-new", retryAfterS: null }).title()).toContain("brand-new");
  });

  it("of the network never blame what was typed", () => {
    expect(sentenceOf({ code: "network", retryAfterS: null }).title()).not.toMatch(/wrong|password|right/i);
  });
});

describe("words for every code", () => {
  const tables: [string, readonly string[], Record<string, () => string>][] = [
    ["role", ROLES, roleName],
    ["channel", CHANNELS, channelName],
    ["count", COUNT_KINDS, countName],
    ["outcome", OUTCOMES, outcomeName],
    ["objection", OBJECTION_REASONS, objectionReasonName],
    ["layer", LAYERS, layerName],
    ["cause", CAUSES, causeName],
    ["pending", PENDING_KINDS, pendingName],
    ["evidence", EVIDENCE, Object.fromEntries(EVIDENCE.map((code) => [code, evidenceWords[code].means]))],
    ["severity", SEVERITIES, Object.fromEntries(SEVERITIES.map((code) => [code, severityWords[code].name]))],
    ["closed", CLOSED, Object.fromEntries(CLOSED.map((code) => [code, () => closedName(code)]))],
    ["standing", STANDINGS, Object.fromEntries(STANDINGS.map((code) => [code, standingWords[code].means]))],
  ];
  it.each(tables)("%s", (_, all, words) => {
    for (const code of all) {
      bothDiffer(() => words[code]?.() ?? "");
    }
  });

  it("knows the codes of core, and no other", () => {
    expect(STANDINGS).toEqual(codes(standing, "Standing"));
    expect(ROLES).toEqual(codes(people, "Role"));
    expect(EVIDENCE.toReversed()).toEqual(codes(review, "Evidence"));
    expect(OBJECTION_REASONS).toEqual(codes(review, "ObjectionReason"));
    expect(OUTCOMES).toEqual(codes(review, "AnswerOutcome"));
    expect(LAYERS).toEqual(codes(release, "Layer"));
    expect(CAUSES).toEqual(codes(release, "Cause"));
    expect(SEVERITIES).toEqual(codes(checks, "Severity"));
    expect(CLOSED).toEqual(codes(questions, "Closed"));
    expect(COUNT_KINDS).toEqual(codes(definition, "CountKind"));
  });

  it("shows a code it has no word for as it is", () => {
    expect(named(outcomeName, "stands")).toBe("The numbers stand");
    expect(named(outcomeName, "split")).toBe("split");
    expect(named(outcomeName, "toString")).toBe("toString");
  });

  it("gives every standing a shape of its own", () => {
    const marks = STANDINGS.map((code) => standingWords[code].mark);
    expect(new Set(marks).size).toBe(marks.length);
  });
});

describe("findings", () => {
  it("are named by their check, and the group where there is one", () => {
    expect(parts("C03:4")).toEqual({ check: "C03", group: 4 });
    expect(parts("H02")).toEqual({ check: "H02", group: null });
    expect(findingTitle("C03:8", contest.groups)).toBe("a viable group lost people: Sanders");
    expect(findingTitle("C03:99", contest.groups)).toBe("a viable group lost people");
    expect(findingTitle("H09", contest.groups)).toBe("check H09");
  });

  it("have words for every check", () => {
    expect(Object.keys(checkWords)).toEqual([...Array.from({ length: 10 }, (_, at) => `C${(at + 1).toString().padStart(2, "0")}`), "H01", "H02", "H03", "H04", "H05"]);
    for (const words of Object.values(checkWords)) {
      bothDiffer(words);
    }
  });
});

describe("a reply", () => {
  it("gives the contest's reason in the language of the screen, and the secretary's words", () => {
    const reply = { id: "75".repeat(32), entered_ms: 1, reason: "recount", text: null };
    expect(reasonOf(reply, contest, "en")).toBe("The room counted again");
    expect(reasonOf(reply, contest, "es")).toBe("La sala volvió a contar");
    expect(reasonOf({ ...reply, reason: "other", text: "two counted" }, contest, "en")).toBe("Another reason: «two counted»");
  });

  it("shows a reason that the contest does not know as it is", () => {
    expect(reasonOf({ id: "75".repeat(32), entered_ms: 1, reason: "the-moon", text: null }, contest, "en")).toBe("the-moon");
  });
});

describe("why a precinct is not ready", () => {
  it("has words for every code, and names what has to be answered", () => {
    const every = codes(composing, "NotReady");
    expect(every).toHaveLength(6);
    for (const code of every) {
      expect(Object.hasOwn(NOT_READY, code)).toBe(true);
      bothDiffer(() => notReadyWords(code));
    }
    language = "en";
    expect(notReadyWords("open", ["C02", "C03:4"])).toBe("a reviewer has to answer a finding: C02 and C03:4");
  });

  it("is shown as it is where it is not understood", () => {
    expect(notReadyWords("the moon is full")).toBe("the moon is full");
  });
});

describe("figures and times", () => {
  it("are written as the language writes them", () => {
    expect(figure(100_000)).toBe("100,000");
    expect(figure(704)).toBe("704");
    expect(signed(-13)).toBe("−13");
    expect(signed(2)).toBe("+2");
    expect(list(["C02", "H02"])).toBe("C02 and H02");
  });

  it("give ages in the unit that says it", () => {
    expect(span(-5)).toBe("0 s");
    expect(span(59_999)).toBe("59 s");
    expect(span(60_000)).toBe("1 min");
    expect(span(125 * 60_000)).toBe("2 h 5 min");
    expect(span(49 * 3_600_000)).toBe("2 d 1 h");
  });

  it("count down with seconds, and never show 0:00 before it is over", () => {
    expect(countdown(1)).toBe("0:01");
    expect(countdown(754_000)).toBe("12:34");
    expect(countdown(3_723_000)).toBe("1:02:03");
    expect(countdown(-1)).toBe("0:00");
  });

  it("say the date when it is not today", () => {
    const noon = new Date(2020, 1, 3, 12).getTime();
    expect(time(noon, noon + 60_000)).not.toContain("2020");
    expect(time(noon, noon + 86_400_000)).toContain("2020");
  });
});
