import type { CaucusView, FindingView } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";
import { figure } from "./lists";
import { groupName } from "./steps";

/** What a check says to the secretary. */
export interface FindingWords {
  title: string;
  text: string;
  /** Lines below it, group by group. */
  rows: string[];
}

interface Inputs {
  a: string;
  b: string;
  c: string;
  d: string;
  group: string;
  other: string;
}

type Say = (inputs: Inputs) => { title: string; text: string };

/** Sentences whose `d` is the difference of the two numbers. */
const byDifference: Record<string, Say> = {
  "C01.more": (i) => ({ title: m.f_C01_more_title(), text: m.f_C01_more_text(i) }),
  "C01.fewer": (i) => ({ title: m.f_C01_fewer_title(), text: m.f_C01_fewer_text(i) }),
  "C02.found": (i) => ({ title: m.f_C02_found_title(), text: m.f_C02_found_text(i) }),
  "C03.found": (i) => ({ title: m.f_C03_found_title(i), text: m.f_C03_found_text(i) }),
  "C05.found": (i) => ({ title: m.f_C05_found_title(), text: m.f_C05_found_text(i) }),
  "C09.found": (i) => ({ title: m.f_C09_found_title(), text: m.f_C09_found_text(i) }),
};

/** Sentences that take the numbers as they are. */
const asGiven: Record<string, Say> = {
  "C04.found": (i) => ({ title: m.f_C04_found_title(i), text: m.f_C04_found_text(i) }),
  "C06.differs": () => ({ title: m.f_C06_differs_title(), text: m.f_C06_differs_text() }),
  "C07.delegatesWithoutPeople": (i) => ({ title: m.f_C07_delegatesWithoutPeople_title(i), text: m.f_C07_delegatesWithoutPeople_text(i) }),
  "C07.viableWithoutDelegate": (i) => ({ title: m.f_C07_viableWithoutDelegate_title(i), text: m.f_C07_viableWithoutDelegate_text(i) }),
  "C08.missing": (i) => ({ title: m.f_C08_missing_title(), text: m.f_C08_missing_text(i) }),
  "C08.needless": (i) => ({ title: m.f_C08_needless_title(), text: m.f_C08_needless_text(i) }),
  "C10.found": (i) => ({ title: m.f_C10_found_title(i), text: m.f_C10_found_text(i) }),
};

/** Every sentence a check can need, as `rule.variant`. */
export const FINDING_SENTENCES: readonly string[] = [...Object.keys(byDifference), ...Object.keys(asGiven)];

/** The words of a finding. Numbers that disagree are always both shown. */
export function findingWords(caucus: CaucusView, finding: FindingView): FindingWords {
  const name = `${finding.rule}.${finding.variant}`;
  const [a = 0, b = 0, c = 0, d = 0] = finding.numbers;
  const difference = byDifference[name];
  const say = difference ?? asGiven[name];
  const numbers = finding.numbers.map(figure);
  if (say === undefined) {
    return {
      title: m.f_other_title({ rule: finding.rule }),
      text: m.f_other_text({ numbers: numbers.join(", ") }),
      rows: [],
    };
  }
  const words = say({
    a: figure(a),
    b: figure(b),
    c: figure(c),
    d: figure(difference === undefined ? d : Math.abs(a - b)),
    group: groupName(caucus.groups, finding.group),
    other: groupName(caucus.groups, finding.otherGroup),
  });
  return { ...words, rows: name === "C06.differs" ? awardRows(caucus, finding) : [] };
}

/** The groups for which the announced delegates and those of the rules differ. */
function awardRows(caucus: CaucusView, finding: FindingView): string[] {
  const groups = caucus.groups.length;
  return caucus.groups.flatMap((_, index) => {
    const announced = finding.numbers[index];
    const ruled = finding.numbers[groups + index];
    return announced === undefined || ruled === undefined || announced === ruled
      ? []
      : [m.f_C06_row({ group: groupName(caucus.groups, index), a: figure(announced), b: figure(ruled) })];
  });
}

/** Names of the checks, for those that passed. */
export const checkName: Record<string, () => string> = {
  C01: m.check_name_C01,
  C02: m.check_name_C02,
  C03: m.check_name_C03,
  C04: m.check_name_C04,
  C05: m.check_name_C05,
  C06: m.check_name_C06,
  C07: m.check_name_C07,
  C08: m.check_name_C08,
  C09: m.check_name_C09,
  C10: m.check_name_C10,
};
