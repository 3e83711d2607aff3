import { EVIDENCE, type Decision, type Evidence, type Precinct } from "./api/types";
import { whyGap } from "./why";

/** A decision as it is being made. `undefined`: not chosen yet; `report` null: no report counts. */
export interface DecisionDraft {
  report: string | null | undefined;
  evidence: Evidence | undefined;
  why: string;
  answers: string[];
  override: boolean;
}

export type DecisionGap = "report" | "evidence" | "override" | "why";

/** Whether one class of evidence is weaker than another. */
export function weaker(evidence: Evidence, than: Evidence): boolean {
  return EVIDENCE.indexOf(evidence) > EVIDENCE.indexOf(than);
}

/** The precinct's last decision. */
export function lastDecision(precinct: Precinct): Decision | null {
  return precinct.decisions.toSorted((a, b) => a.entered_ms - b.entered_ms).at(-1) ?? null;
}

/** Whether the draft puts a decision aside that rests on more. */
export function putsAside(draft: DecisionDraft, last: Decision | null): boolean {
  return last !== null && draft.evidence !== undefined && weaker(draft.evidence, last.evidence);
}

/** The first thing that is still missing. */
export function decisionGap(draft: DecisionDraft, last: Decision | null): DecisionGap | null {
  if (draft.report === undefined) {
    return "report";
  }
  if (draft.evidence === undefined) {
    return "evidence";
  }
  if (putsAside(draft, last) && !draft.override) {
    return "override";
  }
  return whyGap(draft.why) === null ? null : "why";
}

/** What somebody who decides has seen. When it is another, they look again before they sign. */
export function seen(precinct: Precinct): string {
  return [precinct.candidate, ...precinct.sources.map(({ report }) => report), ...precinct.decisions.map(({ id }) => id)].join(" ");
}

/** Whether a person typed one of the precinct's reports, so that somebody else has to decide. */
export function typedHere(precinct: Precinct, person: number): boolean {
  return precinct.sources.some((source) => source.channel !== "tablet" && source.person === person);
}
