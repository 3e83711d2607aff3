/**
 * Which screen is shown. The tablet says where the person is in a caucus; the few places that are
 * only a matter of looking (help, settings, a report, a list of reasons) are a stack in the page.
 * All of it is pure, so that it can be tested without a window.
 */
import type { Attester, QuestionView, ReasonChoice, Step, View } from "@countersign/shared/gen_api";

/** What a reason is asked for. */
export type ReasonAbout =
  | { kind: "finding"; key: string }
  | { kind: "objection"; who: Attester }
  | { kind: "attendance" }
  | { kind: "correction"; report: string }
  | { kind: "reply"; report: string; question: string };

/** A place that only the page knows. */
export type Place =
  | { at: "help" }
  | { at: "settings" }
  | { at: "carry" }
  | { at: "enrol" }
  | { at: "showRoom" }
  | { at: "stands"; report: string }
  | { at: "handOff"; report: string }
  | { at: "worksheet"; report: string }
  | { at: "reason"; about: ReasonAbout }
  | { at: "question"; report: string }
  | { at: "reply"; report: string; question: string; reason: ReasonChoice }
  | { at: "lot"; tie: number };

/** How far a person has come with a code. */
export type EnrolStage = "code" | "confirm" | "choose" | "repeat";

/** A screen. */
export type Screen =
  | { is: "starting" }
  | { is: "trouble" }
  | { is: "enrol"; stage: EnrolStage }
  | { is: "unlock" }
  | { is: "home" }
  | { is: "step"; step: Step }
  | { is: "place"; place: Exclude<Place, { at: "enrol" }> };

/** What the page itself can do. */
export type Move = { go: Place } | "back" | "home" | { saw: View };

/** The stack after a move. */
export function move(stack: readonly Place[], made: Move): readonly Place[] {
  if (made === "home") {
    return stack.length === 0 ? stack : [];
  }
  if (made === "back") {
    return stack.slice(0, -1);
  }
  if ("go" in made) {
    const top = stack.at(-1);
    return top !== undefined && same(top, made.go) ? stack : [...stack, made.go];
  }
  const kept = stack.filter((place) => stillThere(place, made.saw));
  return kept.length === stack.length ? stack : kept;
}

function same(a: Place, b: Place): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether what a place shows is still there in this view. */
function stillThere(place: Place, view: View): boolean {
  switch (place.at) {
    case "help":
    case "settings":
    case "carry":
    case "enrol":
      return true;
    case "showRoom":
      return view.caucus !== null;
    case "stands":
    case "handOff":
    case "worksheet":
      return view.reports.some((report) => report.id === place.report);
    case "question":
      return openQuestion(view, place.report) !== undefined;
    case "reply":
      return openQuestion(view, place.report)?.id === place.question;
    case "lot":
      return view.caucus?.ties[place.tie] !== undefined;
    case "reason":
      return reasonStillAsked(place.about, view);
  }
}

/** What headquarters asks about a report and nobody replied to here. */
export function openQuestion(view: View, report: string): QuestionView | undefined {
  const question = view.reports.find(({ id }) => id === report)?.question;
  return question?.reply === null ? question : undefined;
}

function reasonStillAsked(about: ReasonAbout, view: View): boolean {
  switch (about.kind) {
    case "reply":
      return openQuestion(view, about.report)?.id === about.question;
    case "correction":
      return view.reports.some((report) => report.id === about.report);
    case "finding":
      return view.caucus?.findings.some((finding) => finding.key === about.key) ?? false;
    case "objection":
    case "attendance":
      return view.caucus !== null;
  }
}

/** Places that need no PIN. */
function open(place: Place): boolean {
  return place.at === "help" || place.at === "settings";
}

/** The screen to show. */
export function screenOf(view: View | null, stack: readonly Place[], stage: EnrolStage, trouble: boolean): Screen {
  if (view === null) {
    return { is: trouble ? "trouble" : "starting" };
  }
  const top = stack.at(-1);
  if (top !== undefined && (view.lock.state === "unlocked" || open(top))) {
    return top.at === "enrol" ? { is: "enrol", stage } : { is: "place", place: top };
  }
  switch (view.lock.state) {
    case "noPin":
      return { is: "enrol", stage };
    case "locked":
      return { is: "unlock" };
    case "unlocked":
      return view.caucus === null ? { is: "home" } : { is: "step", step: view.caucus.step };
  }
}
