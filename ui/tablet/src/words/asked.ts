import type { AskedFinding, GroupView } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";
import { groupName } from "./steps";

/** What headquarters saw, by the check that it names. */
const checkWords: Record<string, () => string> = {
  C01: m.asked_C01,
  C02: m.asked_C02,
  C03: m.asked_C03,
  C04: m.asked_C04,
  C05: m.asked_C05,
  C06: m.asked_C06,
  C07: m.asked_C07,
  C08: m.asked_C08,
  C09: m.asked_C09,
  C10: m.asked_C10,
  H01: m.asked_H01,
  H02: m.asked_H02,
  H03: m.asked_H03,
  H04: m.asked_H04,
  H05: m.asked_H05,
};

/** What a question of headquarters is about, in a few words, with the group that it concerns. */
export function askedWords({ check, group }: AskedFinding, groups: readonly GroupView[]): string {
  const words = checkWords[check]?.() ?? m.question_other_check({ check });
  return group === null ? words : m.question_of_group({ check: words, group: groupName(groups, group) });
}
