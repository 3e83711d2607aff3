import { m } from "../paraglide/messages";

/** What each check looks for, in a few words. */
export const checkWords: Record<string, () => string> = {
  C01: m.check_C01,
  C02: m.check_C02,
  C03: m.check_C03,
  C04: m.check_C04,
  C05: m.check_C05,
  C06: m.check_C06,
  C07: m.check_C07,
  C08: m.check_C08,
  C09: m.check_C09,
  C10: m.check_C10,
  H01: m.check_H01,
  H02: m.check_H02,
  H03: m.check_H03,
  H04: m.check_H04,
  H05: m.check_H05,
};

/** The check in a finding's name, and the group it concerns. */
export function parts(name: string): { check: string; group: number | null } {
  const [check = "", group] = name.split(":");
  return { check, group: group === undefined || !/^\d+$/.test(group) ? null : Number(group) };
}

/** What a finding is about: the check's few words, and the group. */
export function findingTitle(name: string, groups: readonly { name: string }[]): string {
  const { check, group } = parts(name);
  const words = checkWords[check]?.() ?? m.check_unknown({ check });
  const whose = group === null ? undefined : groups[group]?.name;
  return whose === undefined ? words : m.check_of_group({ words, group: whose });
}
