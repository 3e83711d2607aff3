import type { QuestionView, View } from "@countersign/shared/gen_api";
import { describe, expect, it } from "vitest";
import { move, openQuestion, screenOf, type Place } from "../src/navigation";
import { caucus, findings, home, report, tie } from "./fixture_views";

const help: Place = { at: "help" };
const withCaucus = { ...home, caucus: { ...caucus("check", 704, []), findings, ties: [tie] } };

describe("places of the page", () => {
  it("stack up, and go back one by one", () => {
    const settings: Place = { at: "settings" };
    const stack = move(move([], { go: help }), { go: settings });
    expect(stack).toEqual([help, settings]);
    expect(move(stack, "back")).toEqual([help]);
    expect(move(stack, "home")).toEqual([]);
    expect(move([], "back")).toEqual([]);
  });

  it("do not stack on themselves when a button is pressed twice", () => {
    expect(move([help], { go: { at: "help" } })).toEqual([help]);
  });

  it("fall away when what they show is gone, and only those", () => {
    const places: Place[] = [
      help,
      { at: "stands", report: report.id },
      { at: "lot", tie: 0 },
      { at: "reason", about: { kind: "finding", key: "C02" } },
      { at: "showRoom" },
      { at: "reason", about: { kind: "correction", report: report.id } },
      { at: "reason", about: { kind: "attendance" } },
    ];
    const everything = { ...withCaucus, reports: [report] };
    expect(move(places, { saw: everything })).toEqual(places);
    expect(move(places, { saw: home })).toEqual([help]);
    expect(move(places, { saw: { ...home, reports: [report] } })).toEqual([help, places[1], places[5]]);
    expect(move(places, { saw: { ...everything, caucus: { ...withCaucus.caucus, findings: [] } } })).not.toContain(places[3]);
  });
});

describe("the screen", () => {
  it("is opening before the first view, and trouble when there is a problem instead of one", () => {
    expect(screenOf(null, [], "code", false)).toEqual({ is: "starting" });
    expect(screenOf(null, [], "code", true)).toEqual({ is: "trouble" });
  });

  it("asks for a code without a PIN, for the PIN when locked, and shows the step of an open caucus", () => {
    expect(screenOf({ ...home, lock: { state: "noPin" } }, [], "confirm", false)).toEqual({ is: "enrol", stage: "confirm" });
    const locked = { ...withCaucus, lock: { state: "locked", wrongTries: 0, waitMs: 0 } } as const;
    expect(screenOf(locked, [], "code", false)).toEqual({ is: "unlock" });
    expect(screenOf(home, [], "code", false)).toEqual({ is: "home" });
    expect(screenOf(withCaucus, [], "code", false)).toEqual({ is: "step", step: "check" });
  });

  it("shows help and settings without a PIN, and nothing else", () => {
    const locked: View = { ...home, reports: [report], lock: { state: "locked", wrongTries: 0, waitMs: 0 } };
    expect(screenOf(locked, [help], "code", false)).toEqual({ is: "place", place: help });
    expect(screenOf(locked, [{ at: "enrol" }], "code", false)).toEqual({ is: "unlock" });
    expect(screenOf(home, [{ at: "enrol" }], "code", false)).toEqual({ is: "enrol", stage: "code" });
    expect(screenOf(locked, [{ at: "stands", report: report.id }], "code", false)).toEqual({ is: "unlock" });
    expect(screenOf(locked, [{ at: "carry" }], "code", false)).toEqual({ is: "unlock" });
  });
});

describe("a question of headquarters", () => {
  const question: QuestionView = { id: "cd".repeat(32), atMs: 1, words: "Is it so?", findings: [], reply: null };
  const asked = { ...home, reports: [{ ...report, question }] };
  const reason = { code: "recount" };
  const places: Place[] = [
    { at: "stands", report: report.id },
    { at: "question", report: report.id },
    { at: "reason", about: { kind: "reply", report: report.id, question: question.id } },
    { at: "reply", report: report.id, question: question.id, reason },
  ];

  it("is open until it was replied to or is gone, and its screens with it", () => {
    expect(openQuestion(asked, report.id)).toBe(question);
    expect(openQuestion(asked, "00")).toBeUndefined();
    expect(move(places, { saw: asked })).toEqual(places);
    const replied: View = { ...home, reports: [{ ...report, question: { ...question, reply: { reason, standing: { state: "savedHere" } } } }] };
    expect(openQuestion(replied, report.id)).toBeUndefined();
    expect(move(places, { saw: replied })).toEqual([places[0]]);
    expect(move(places, { saw: { ...home, reports: [report] } })).toEqual([places[0]]);
  });

  it("is not answered on the screens of another one", () => {
    const another: View = { ...home, reports: [{ ...report, question: { ...question, id: "ef".repeat(32) } }] };
    expect(move(places, { saw: another })).toEqual([places[0], places[1]]);
  });
});
