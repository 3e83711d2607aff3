import type { Finding, Precinct, Question, Source } from "./api/types";
import { whyGap } from "./why";

/** Most findings that one question is about. */
export const FINDINGS_MAX = 16;

/** A question as it is being written. `report` undefined: not chosen yet. */
export interface QuestionDraft {
  report: string | undefined;
  findings: string[];
  words: string;
}

export type QuestionGap = "report" | "open" | "findings" | "words";

/** Reports that can be asked about: signed by a tablet, and no later one of it is there. Nobody at a tablet sees a question
    about what was typed at headquarters. */
export function askable(precinct: Precinct): Source[] {
  return precinct.sources.filter((source) => source.channel === "tablet" && source.is_head);
}

/** Questions that nobody replied to yet, the oldest first. */
export function openQuestions(precinct: Precinct): Question[] {
  return precinct.questions.filter(({ closed }) => closed === null).toSorted((a, b) => a.entered_ms - b.entered_ms);
}

/** The question that is open about a report. There is one at most. */
export function openAbout(precinct: Precinct, report: string | undefined): Question | null {
  return openQuestions(precinct).find((question) => question.report === report) ?? null;
}

/** The report that is meant: what was chosen, as long as it can be asked about, or the only one that can. */
export function meant(precinct: Precinct, draft: QuestionDraft): string | undefined {
  const reports = askable(precinct).map(({ report }) => report);
  return reports.length === 1 ? reports[0] : reports.find((report) => report === draft.report);
}

/** Names that a question about a report may be about: each once. The checks looked at the report that counts only. */
export function namesFor(precinct: Precinct, report: string | undefined): string[] {
  const found: readonly Finding[] = report !== undefined && report === precinct.candidate ? precinct.findings : [];
  return [...new Set(found.map(({ name }) => name))];
}

/** The first thing that is still missing. */
export function questionGap(precinct: Precinct, draft: QuestionDraft): QuestionGap | null {
  const report = meant(precinct, draft);
  if (report === undefined) {
    return "report";
  }
  if (openAbout(precinct, report) !== null) {
    return "open";
  }
  if (ticked(precinct, draft).length > FINDINGS_MAX) {
    return "findings";
  }
  return whyGap(draft.words) === null ? null : "words";
}

/** The findings that were ticked and are still there. */
export function ticked(precinct: Precinct, draft: QuestionDraft): string[] {
  const names = namesFor(precinct, meant(precinct, draft));
  return draft.findings.filter((name) => names.includes(name));
}
