import type { Attester, CaucusView, Cell, CountKind, GroupView, Step } from "@countersign/shared/gen_api";
import { m } from "../paraglide/messages";

type Words<K extends string> = Record<K, () => string>;

/** Names of the steps. */
export const stepName: Words<Step> = {
  attendance: m.step_attendance,
  firstAlignment: m.step_firstAlignment,
  realignment: m.step_realignment,
  finalAlignment: m.step_finalAlignment,
  delegates: m.step_delegates,
  check: m.step_check,
  attest: m.step_attest,
  sign: m.step_sign,
};

/** The way on, named after where it leads. */
export const goName: Words<Step> = {
  attendance: m.go_attendance,
  firstAlignment: m.go_firstAlignment,
  realignment: m.go_realignment,
  finalAlignment: m.go_finalAlignment,
  delegates: m.go_delegates,
  check: m.go_check,
  attest: m.go_attest,
  sign: m.go_sign,
};

/** Names of the counts at the head of a column. */
export const countName: Words<CountKind> = {
  firstAlignment: m.table_first,
  finalAlignment: m.table_final,
  delegates: m.table_delegates,
};

/** Names of the counts where there is room. */
export const countFullName: Words<CountKind> = {
  firstAlignment: m.step_firstAlignment,
  finalAlignment: m.step_finalAlignment,
  delegates: m.step_delegates,
};

/** Name of a group; its place on the ballot where the view does not name it. */
export function groupName(groups: readonly GroupView[], index: number | null): string {
  return index === null ? "" : (groups[index]?.name ?? `${(index + 1).toString()}.`);
}

/** Who attests. */
export function attesterName(groups: readonly GroupView[], who: Attester): string {
  switch (who.kind) {
    case "chair":
      return m.attest_chair();
    case "secretary":
      return m.attest_secretary();
    case "captain":
      return m.attest_captain({ group: groupName(groups, who.group) });
  }
}

/** Stable name of an attester in the pages. */
export function attesterKey(groups: readonly GroupView[], who: Attester): string {
  return who.kind === "captain" ? `captain-${groups[who.group]?.key ?? who.group.toString()}` : who.kind;
}

/** Name of a cell by itself, with its count. */
export function cellName(groups: readonly GroupView[], kinds: readonly CountKind[], cell: Cell): string {
  if (cell.kind === "attendees") {
    return m.step_attendance();
  }
  const kind = kinds[cell.count];
  return `${groupName(groups, cell.group)}, ${kind ? countFullName[kind]().toLocaleLowerCase() : ""}`;
}

/** Name of a cell, for the line of what is typed. */
export function cellLabel(caucus: CaucusView, cell: Cell): string {
  return cell.kind === "attendees" ? m.attendance_cell() : groupName(caucus.groups, cell.group);
}
