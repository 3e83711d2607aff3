import { describe, expect, it } from "vitest";
import type { Precinct } from "../src/api/types";
import { Client } from "../src/api/client";
import { askable, FINDINGS_MAX, meant, namesFor, openAbout, openQuestions, questionGap, ticked, type QuestionDraft } from "../src/ask";
import { may } from "../src/may";
import { ROLES } from "../src/api/types";
import { FixtureServer } from "./fixture_server";
import { precinct, unasked } from "./fixtures";

const FIRST = "a1".repeat(32);
const TABLET = "a2".repeat(32);
const HOTLINE = "b1".repeat(32);

const draft = (over: Partial<QuestionDraft> = {}): QuestionDraft => ({ report: undefined, findings: [], words: "Is a digit wrong?", ...over });

/** The precinct with a second tablet whose report stands there too. */
function twoTablets(of: Precinct): Precinct {
  return { ...of, sources: of.sources.map((source) => (source.report === HOTLINE ? { ...source, channel: "tablet", person: null } : source)) };
}

describe("what can be asked about", () => {
  it("is a report that a tablet signed and did not replace", () => {
    expect(askable(precinct).map(({ report }) => report)).toEqual([TABLET]);
    expect(askable(twoTablets(precinct)).map(({ report }) => report)).toEqual([TABLET, HOTLINE]);
  });

  it("is meant by itself where there is one, and chosen where there are more", () => {
    expect(meant(unasked, draft())).toBe(TABLET);
    expect(meant(unasked, draft({ report: FIRST }))).toBe(TABLET);
    expect(meant(twoTablets(unasked), draft())).toBeUndefined();
    expect(meant(twoTablets(unasked), draft({ report: HOTLINE }))).toBe(HOTLINE);
    expect(meant(twoTablets(unasked), draft({ report: FIRST }))).toBeUndefined();
    expect(meant({ ...unasked, sources: [] }, draft())).toBeUndefined();
  });

  it("are the findings of what counts, each name once", () => {
    expect(namesFor(precinct, TABLET)).toEqual(["C02", "H02", "C06", "C04:9"]);
    expect(namesFor({ ...precinct, findings: [...precinct.findings, ...precinct.findings] }, TABLET)).toHaveLength(4);
    expect(namesFor(precinct, HOTLINE)).toEqual([]);
    expect(namesFor({ ...precinct, candidate: null }, undefined)).toEqual([]);
  });
});

describe("a question", () => {
  it("is open until something closes it, one at a time about each report", () => {
    expect(openQuestions(precinct).map(({ id }) => id)).toEqual(["73".repeat(32)]);
    expect(openQuestions(unasked)).toEqual([]);
    expect(openAbout(precinct, TABLET)?.words).toContain("9 people");
    expect(openAbout(precinct, FIRST)).toBeNull();
    expect(questionGap(precinct, draft())).toBe("open");
    expect(questionGap(twoTablets(precinct), draft({ report: HOTLINE }))).toBeNull();
  });

  it("says what is missing", () => {
    expect(questionGap(unasked, draft())).toBeNull();
    expect(questionGap(unasked, draft({ words: "  " }))).toBe("words");
    expect(questionGap(unasked, draft({ words: "é".repeat(200) }))).toBeNull();
    expect(questionGap(unasked, draft({ words: "é".repeat(201) }))).toBe("words");
    expect(questionGap(twoTablets(unasked), draft())).toBe("report");
  });

  it("is about findings that are still there, and at most as many as the log takes", () => {
    expect(ticked(unasked, draft({ findings: ["C02", "C05"] }))).toEqual(["C02"]);
    const found = unasked.findings[0];
    const many = Array.from({ length: FINDINGS_MAX + 1 }, (_, group) => `C04:${group.toString()}`);
    const more = { ...unasked, findings: many.flatMap((name) => (found === undefined ? [] : [{ ...found, name }])) };
    expect(questionGap(more, draft({ findings: many }))).toBe("findings");
    expect(questionGap(more, draft({ findings: many.slice(1) }))).toBeNull();
  });

  it("is for reviewers and operators to ask, and is sent as it was written", async () => {
    expect(ROLES.filter((role) => may.ask(role))).toEqual(["operator", "reviewer"]);
    const server = new FixtureServer("operator");
    const act = { do: "ask", precinct: 1234, report: TABLET, findings: ["C02"], words: "Is a digit wrong?" } as const;
    const entered = await new Client(server.fetch, "/hq/").act("official", { ...act, findings: [...act.findings] });
    expect(entered.kind).toBe("ask");
    expect(server.asked.at(-1)).toMatchObject({ path: "official/acts", body: act });
  });
});
