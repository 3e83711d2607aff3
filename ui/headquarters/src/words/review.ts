import type { Cause, CopyDecision, Evidence, Layer, ObjectionReason, Outcome, PendingKind, Severity } from "../api/types";
import { m } from "../paraglide/messages";
import { list } from "./lists";

/** What somebody wrote; that it was withheld where it may not be read. */
export function written(words: string | null): string {
  return words ?? m.words_withheld();
}

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

export const copyDecisionWords: Record<CopyDecision, () => string> = {
  "go-on": m.copy_go_on,
  stop: m.copy_stop,
};

/** Words for a code, or the code where these pages do not know it. */
export function named<K extends string>(words: Record<K, () => string>, code: string): string {
  return Object.hasOwn(words, code) ? words[code as K]() : code;
}

export const NOT_READY: Record<string, () => string> = {
  missing: m.not_ready_missing,
  "in-conflict": m.not_ready_in_conflict,
  "set-aside": m.not_ready_set_aside,
  open: m.not_ready_open,
  released: m.not_ready_released,
  "needs-cause": m.not_ready_needs_cause,
};

/** Why a precinct is not ready, in words, with what has to be answered first. */
export function notReadyWords(why: string, findings: readonly string[] = []): string {
  const words = named(NOT_READY, why);
  return findings.length === 0 ? words : `${words}: ${list(findings)}`;
}
