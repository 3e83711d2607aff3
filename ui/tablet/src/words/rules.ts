import type { CaucusView } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";
import { figure } from "./lists";

/** The one rule that matters, under the question. */
export function viabilityLead(caucus: CaucusView): string {
  if (caucus.attendees === null) {
    return m.align_lead_empty();
  }
  if (caucus.viabilityNumber === null || caucus.viabilityRule === null) {
    return caucus.delegatesToElect === 1 ? m.attendance_one_delegate() : "";
  }
  const { numerator, denominator } = caucus.viabilityRule;
  const attendees = caucus.attendees + (caucus.earlyVotes?.attendees ?? 0);
  const rule =
    (numerator * 100) % denominator === 0
      ? m.rule_percent({ percent: (numerator * 100) / denominator })
      : m.rule_fraction({ numerator, denominator });
  return m.attendance_needs({ n: caucus.viabilityNumber, rule, attendees: figure(attendees) });
}
