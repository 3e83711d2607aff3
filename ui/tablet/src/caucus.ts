/** Small readings of a caucus that several screens need. They look things up; they decide nothing. */
import type { CaucusView, Cell, CountKind, CountView, Missing, Step } from "@countersign/shared/gen_api";

/** The count that a step enters, if it enters one. */
export function countOf(caucus: CaucusView, step: Step): { index: number; count: CountView } | null {
  const kind = kindOf(step);
  const index = caucus.counts.findIndex((count) => count.kind === kind);
  const count = caucus.counts[index];
  return count === undefined ? null : { index, count };
}

/** Early votes of a group that belong to a count; 0 where there are none. */
export function earlyIn(caucus: CaucusView, kind: CountKind, group: number): number {
  const index = caucus.counts.findIndex((count) => count.kind === kind);
  return caucus.earlyVotes?.counts[index]?.[group] ?? 0;
}

function kindOf(step: Step): CountKind | null {
  return step === "firstAlignment" || step === "finalAlignment" || step === "delegates" ? step : null;
}

/** The cells of a step in the order Next takes. */
export function cellsOf(caucus: CaucusView, step: Step): Cell[] {
  if (step === "attendance") {
    return [{ kind: "attendees" }];
  }
  const entered = countOf(caucus, step);
  return entered === null
    ? []
    : entered.count.cells.map((_, group) => ({ kind: "count", count: entered.index, group }));
}

/** The number in a cell; null while it is empty. */
export function valueOf(caucus: CaucusView, cell: Cell): number | null {
  return cell.kind === "attendees"
    ? caucus.attendees
    : (caucus.counts[cell.count]?.cells[cell.group]?.value ?? null);
}

/** Whether two cells are the same. */
export function sameCell(a: Cell, b: Cell): boolean {
  if (a.kind === "attendees" || b.kind === "attendees") {
    return a.kind === b.kind;
  }
  return a.count === b.count && a.group === b.group;
}

/** The chosen cell of the step: the one the tablet remembers, else the first empty one, else the first. */
export function chosenCell(caucus: CaucusView): Cell | null {
  const cells = cellsOf(caucus, caucus.step);
  const remembered = caucus.cell;
  if (remembered !== null && cells.some((cell) => sameCell(cell, remembered))) {
    return remembered;
  }
  return cells.find((cell) => valueOf(caucus, cell) === null) ?? cells[0] ?? null;
}

/** The next empty cell after one, going round once; null when no other is empty. */
export function nextEmpty(caucus: CaucusView, from: Cell): Cell | null {
  const cells = cellsOf(caucus, caucus.step);
  const at = cells.findIndex((cell) => sameCell(cell, from));
  const around = [...cells.slice(at + 1), ...cells.slice(0, Math.max(at, 0))];
  return around.find((cell) => valueOf(caucus, cell) === null) ?? null;
}

/** A cell's name in the pages (`data-cell`). */
export function cellName(caucus: CaucusView, cell: Cell): string {
  if (cell.kind === "attendees") {
    return "attendees";
  }
  return `${caucus.counts[cell.count]?.kind ?? ""}.${caucus.groups[cell.group]?.key ?? ""}`;
}

/** The step after this one; null after the last. */
export function stepAfter(caucus: CaucusView): Step | null {
  const at = caucus.steps.findIndex(({ step }) => step === caucus.step);
  return caucus.steps[at + 1]?.step ?? null;
}

/** The step before this one; null before the first. */
export function stepBefore(caucus: CaucusView): Step | null {
  const at = caucus.steps.findIndex(({ step }) => step === caucus.step);
  return caucus.steps[at - 1]?.step ?? null;
}

/** The step where something missing is given. */
export function stepOfMissing(caucus: CaucusView, missing: Missing): Step {
  switch (missing.kind) {
    case "attendance":
    case "attendanceReason":
      return "attendance";
    case "groups":
      return caucus.counts[missing.count]?.kind ?? "attendance";
    case "lot":
      return "delegates";
    case "reason":
      return "check";
    case "attestation":
      return "attest";
  }
}

/** What is missing in a step. */
export function gapsOf(caucus: CaucusView, step: Step): Missing[] {
  return caucus.missing.filter((missing) => stepOfMissing(caucus, missing) === step);
}

/** Everyone is counted and some groups are empty: nobody can be in those. */
export function restIsNobody(caucus: CaucusView): boolean {
  const entered = countOf(caucus, caucus.step);
  if (entered === null) {
    return false;
  }
  const { empty, sum, expected } = entered.count;
  return empty > 0 && expected !== null && sum === expected && caucus.attendees !== null;
}
