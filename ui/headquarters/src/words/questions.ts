import type { Closed, Contest, Question } from "../api/types";
import type { Language } from "../language.svelte";
import { m } from "../paraglide/messages";

const closedWords: Record<Closed, () => string> = {
  replied: m.question_replied,
  corrected: m.question_corrected,
  decided: m.question_decided,
};

/** What became of a question, as far as its code says it. */
export function closedName(closed: Closed): string {
  return Object.hasOwn(closedWords, closed) ? closedWords[closed]() : closed;
}

/** Why the numbers stand, in the contest's words: of the reasons, or the secretary's own. A code that the contest does not
    know (any more) is shown as it is. */
export function reasonOf(reply: NonNullable<Question["reply"]>, contest: Contest, language: Language): string {
  const reason = contest.reasons.find(({ code }) => code === reply.reason)?.label[language] ?? reply.reason;
  return reply.text === null ? reason : m.question_reason_text({ reason, text: reply.text });
}
