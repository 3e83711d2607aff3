import type { Cause, Evidence, Layer, ObjectionReason, Outcome, PendingKind, Severity } from "../api/types";
import { m } from "../paraglide/messages";

export const evidenceWords: Record<Evidence, { name: () => string; means: () => string }> = {
  cards: { name: m.evidence_cards, means: m.evidence_cards_means },
  sheet: { name: m.evidence_sheet, means: m.evidence_sheet_means },
  report: { name: m.evidence_report, means: m.evidence_report_means },
};

export const severityWords: Record<Severity, { name: () => string; tone: "wrong" | "here" | "note"; mark: string }> = {
  impossible: { name: m.severity_impossible, tone: "wrong", mark: "!" },
  unusual: { name: m.severity_unusual, tone: "here", mark: "△" },
  note: { name: m.severity_note, tone: "note", mark: "i" },
};

export const outcomeName: Record<Outcome, () => string> = {
  stands: m.outcome_stands,
  corrected: m.outcome_corrected,
  "left-out": m.outcome_left_out,
};

export const objectionReasonName: Record<ObjectionReason, () => string> = {
  "not-as-announced": m.reason_not_as_announced,
  "not-by-the-rules": m.reason_not_by_the_rules,
  "not-as-on-the-sheet": m.reason_not_as_on_the_sheet,
  conduct: m.reason_conduct,
  other: m.reason_other,
};

export const layerName: Record<Layer, () => string> = {
  night: m.layer_night,
  corrected: m.layer_corrected,
  recanvass: m.layer_recanvass,
  recount: m.layer_recount,
  certified: m.layer_certified,
};

export const causeName: Record<Cause, () => string> = {
  precinct: m.cause_precinct,
  typing: m.cause_typing,
  sheet: m.cause_sheet,
  batch: m.cause_batch,
  objection: m.cause_objection,
  recanvass: m.cause_recanvass,
  recount: m.cause_recount,
};

export const pendingName: Record<PendingKind, () => string> = {
  release: m.pending_release,
  withdraw: m.pending_withdraw,
  stop: m.pending_stop,
  "end-of-stop": m.pending_end_of_stop,
  withhold: m.pending_withhold,
};

/** Words for a code, or the code where these pages do not know it. */
export function named<K extends string>(words: Record<K, () => string>, code: string): string {
  return Object.hasOwn(words, code) ? words[code as K]() : code;
}

const NOT_READY: Record<string, () => string> = {
  missing: m.not_ready_missing,
  "in-conflict": m.not_ready_in_conflict,
  "set-aside": m.not_ready_set_aside,
  open: m.not_ready_open,
  released: m.not_ready_released,
  "needs-cause": m.not_ready_needs_cause,
};

/** The server's own sentences, which say the same in English. */
const SENTENCES: Record<string, string> = {
  "nothing was received": "missing",
  "its sources disagree: a reviewer decides which counts": "in-conflict",
  "a reviewer decided that none of its reports counts": "set-aside",
  "what counts is released already": "released",
  "other numbers are released: a change needs its cause": "needs-cause",
};

/** Why a precinct is not ready: the code, and what is to be answered where that is it. */
export function notReadyParts(why: string): { code: string; findings: string } {
  const answer = /^(?:open:\s*|a reviewer has to answer )(.+)$/.exec(why);
  if (answer) {
    return { code: "open", findings: answer[1] ?? "" };
  }
  return { code: SENTENCES[why] ?? (/^[a-z-]+$/i.test(why) ? why.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) : why), findings: "" };
}

/** Why a precinct is not ready, in words. */
export function notReadyWords(why: string): string {
  const { code, findings } = notReadyParts(why);
  const words = NOT_READY[code]?.();
  if (words === undefined) {
    return why;
  }
  return findings === "" ? words : `${words}: ${findings}`;
}
