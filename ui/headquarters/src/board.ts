import { STANDINGS, type BoardEvent, type Row, type Standing } from "./api/types";

/** The board as it was last told. */
export interface Board extends Omit<BoardEvent, "precincts"> {
  /** By precinct number. */
  rows: ReadonlyMap<number, Row>;
}

/** The board after an event. The first event of a connection holds every precinct, so what was known before is put aside. */
export function afterEvent(board: Board | null, event: BoardEvent, first: boolean): Board {
  const { precincts, ...rest } = event;
  const rows = new Map(first || board === null ? [] : board.rows);
  for (const row of precincts) {
    rows.set(row.number, row);
  }
  return { ...rest, rows };
}

/** How much somebody at headquarters has to do with a precinct. */
export function needsPerson(row: Row): boolean {
  return row.open > 0 || row.objections > 0 || row.standing === "inConflict" || row.standing === "setAside" || row.standing === "flagged" || row.standing === "reopened";
}

/** Whether those who signed were asked something, and nobody replied yet. */
export function isAsked(row: Row): boolean {
  return row.asked_ms !== null;
}

/** Whether a precinct's last report still waits for something: released numbers do not. */
export function waits(row: Row): boolean {
  return row.last_ms !== null && row.standing !== "released" && row.standing !== "corrected";
}

/** Entry time of the report that waits longest. */
export function longestWaiting(rows: Iterable<Row>): Row | null {
  let longest: Row | null = null;
  for (const row of rows) {
    if (waits(row) && (longest === null || (row.last_ms ?? 0) < (longest.last_ms ?? 0))) {
      longest = row;
    }
  }
  return longest;
}

/** How many rows have each standing. */
export function totalsOf(rows: Iterable<Row>): Record<Standing, number> {
  const totals = Object.fromEntries(STANDINGS.map((standing) => [standing, 0])) as Record<Standing, number>;
  for (const row of rows) {
    totals[row.standing] += 1;
  }
  return totals;
}

export type Heat = "cool" | "warm" | "hot";

/** How warm a waiting report has become. */
export function heat(row: Row, nowMs: number): Heat {
  if (!waits(row) || row.last_ms === null) {
    return "cool";
  }
  const minutes = (nowMs - row.last_ms) / 60_000;
  return minutes >= 60 ? "hot" : minutes >= 20 ? "warm" : "cool";
}

/** A line of the list: a county, or a precinct in it. */
export type Line =
  | { kind: "county"; county: number; rows: number; needing: number; missing: number; done: number; expanded: boolean }
  | { kind: "precinct"; row: Row; level: 1 | 2 };

const byName = new Intl.Collator("en", { numeric: true });

function perCounty(rows: readonly Row[]): Map<number, Row[]> {
  const inCounty = new Map<number, Row[]>();
  for (const row of rows) {
    const those = inCounty.get(row.county);
    if (those === undefined) {
      inCounty.set(row.county, [row]);
    } else {
      those.push(row);
    }
  }
  return inCounty;
}

/** Counties in alphabetical order, those that are expanded with their precincts: what needs somebody first. A county's
    figures are of all its precincts, also where only some are shown. */
export function byCounty(rows: readonly Row[], all: readonly Row[], counties: readonly string[], expanded: (county: number) => boolean): Line[] {
  const inCounty = perCounty(rows);
  const whole = perCounty(all);
  const order = [...inCounty].toSorted(([a], [b]) => byName.compare(counties[a] ?? "", counties[b] ?? ""));
  return order.flatMap(([county, those]): Line[] => {
    const open = expanded(county);
    const its = whole.get(county) ?? those;
    const head: Line = {
      kind: "county",
      county,
      rows: its.length,
      needing: its.filter(needsPerson).length,
      missing: its.filter((row) => row.standing === "missing").length,
      done: its.filter((row) => row.standing === "released" || row.standing === "corrected").length,
      expanded: open,
    };
    if (!open) {
      return [head];
    }
    const sorted = those.toSorted((a, b) => Number(needsPerson(b)) - Number(needsPerson(a)) || byName.compare(a.name, b.name));
    return [head, ...sorted.map((row): Line => ({ kind: "precinct", row, level: 2 }))];
  });
}

/** Precincts without counties: whose report waits longest first, then those without one. */
export function byAge(rows: readonly Row[]): Line[] {
  const at = (row: Row): number => (waits(row) ? (row.last_ms ?? 0) : row.last_ms === null ? Number.MAX_VALUE / 2 : Number.MAX_VALUE);
  return rows.toSorted((a, b) => at(a) - at(b) || byName.compare(a.name, b.name)).map((row) => ({ kind: "precinct", row, level: 1 }));
}

/** Precincts without counties: who was asked first and did not reply yet. */
export function byQuestion(rows: readonly Row[]): Line[] {
  const at = (row: Row): number => row.asked_ms ?? Number.MAX_VALUE;
  return rows.toSorted((a, b) => at(a) - at(b) || byName.compare(a.name, b.name)).map((row) => ({ kind: "precinct", row, level: 1 }));
}

/** What a line is known by while lines come, go and change their order. */
export function keyOf(line: Line): string {
  return line.kind === "county" ? `c${line.county.toString()}` : `p${line.row.number.toString()}`;
}

/** The part of a long list that has to be drawn: from the first index to before the last. */
export function windowOf(count: number, lineHeight: number, scrolled: number, height: number, spare = 8): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrolled / lineHeight) - spare);
  const to = Math.min(count, Math.ceil((scrolled + height) / lineHeight) + spare);
  return { from: Math.min(from, count), to: Math.max(to, 0) };
}
