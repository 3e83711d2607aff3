import type { Contest, Finding, Precinct, Source } from "./api/types";

/** A source in a column of its own, called by a letter. */
export interface Column {
  letter: string;
  source: Source;
  /** Whether its numbers count now. */
  counts: boolean;
}

/** A number of one source. */
export interface Cell {
  letter: string;
  value: number;
  /** Less what the first column says; 0 where both say the same. */
  delta: number;
}

/** The same cell of every source. */
export interface CellsAt {
  cells: Cell[];
  /** Whether the sources disagree here. */
  differs: boolean;
  /** Names of findings about this cell. */
  findings: string[];
}

export interface FigureRow {
  /** Ballot index of the group, null for the sum. */
  group: number | null;
  /** One for each count of the contest. */
  counts: CellsAt[];
  /** Whether every source has zero in every count. */
  nobody: boolean;
}

export interface SideBySide {
  attendees: CellsAt;
  rows: FigureRow[];
  sums: FigureRow;
  /** How many cells, attendance and sums aside, differ. */
  differing: number;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Every source with a letter that it keeps while others come: in the order of entry. What counts comes first, then other
    heads, then reports that were replaced. */
export function columnsOf(precinct: Precinct): Column[] {
  const entered = precinct.sources.toSorted((a, b) => a.entered_ms - b.entered_ms || a.revision - b.revision);
  const columns = entered.map((source, at) => ({
    letter: LETTERS[at] ?? (at + 1).toString(),
    source,
    counts: source.report === precinct.candidate,
  }));
  const rank = (column: Column): number => (column.counts ? 0 : column.source.is_head ? 1 : 2);
  return columns.toSorted((a, b) => rank(a) - rank(b));
}

/** The columns that are laid side by side: what counts and every head. Replaced reports only when asked for. */
export function sideColumns(columns: readonly Column[], replaced: boolean): Column[] {
  return columns.filter((column) => replaced || column.counts || column.source.is_head);
}

function at(columns: readonly Column[], value: (source: Source) => number, findings: string[]): CellsAt {
  const first = columns[0] === undefined ? 0 : value(columns[0].source);
  const cells = columns.map(({ letter, source }) => ({ letter, value: value(source), delta: value(source) - first }));
  return { cells, differs: cells.some((cell) => cell.delta !== 0), findings };
}

function sum(numbers: readonly number[] | undefined): number {
  return (numbers ?? []).reduce((total, number) => total + number, 0);
}

/** Names of the findings about a cell. `group` null: about a whole count, or about the attendance. */
export function findingsAt(findings: readonly Finding[], count: number | null, group: number | null): string[] {
  const about = findings.filter((finding) => finding.cells.some((cell) => cell.count === count && cell.group === group));
  return [...new Set(about.map((finding) => finding.name))];
}

/** Lays sources side by side, cell by cell. */
export function sideBySide(columns: readonly Column[], contest: Contest, findings: readonly Finding[]): SideBySide {
  const kinds = contest.counts.map((_, count) => count);
  const rows = contest.groups.map((_, group): FigureRow => {
    const counts = kinds.map((count) => at(columns, (source) => source.counts[count]?.[group] ?? 0, findingsAt(findings, count, group)));
    return { group, counts, nobody: counts.every(({ cells }) => cells.every(({ value }) => value === 0)) };
  });
  return {
    attendees: at(columns, (source) => source.attendees, findingsAt(findings, null, null)),
    rows,
    sums: { group: null, nobody: false, counts: kinds.map((count) => at(columns, (source) => sum(source.counts[count]), findingsAt(findings, count, null))) },
    differing: rows.reduce((total, row) => total + row.counts.filter(({ differs }) => differs).length, 0),
  };
}
