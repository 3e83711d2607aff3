import type { Row } from "./api/types";

/** Text as it is searched: without capitals and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The words that were typed. */
export function words(query: string): string[] {
  return plain(query).split(/[\s,;]+/).filter((word) => word !== "");
}

/** What a precinct is called anywhere on the screens, for one language. */
export interface Names {
  county: (county: number) => string;
  standing: (row: Row) => string;
  /** What a row is called that has an open question, where that is shown. */
  asked?: string;
  /** Words for a check, beside its name. */
  check: (name: string) => string;
}

/** Finds precincts by any words: id, name, county, standing, check, an open question. What a row is found by is kept while the row is the same. */
export class Index {
  readonly #names: Names;
  #known = new WeakMap<Row, string>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** Whether every word occurs somewhere in what the precinct is called. */
  matches(row: Row, wanted: readonly string[]): boolean {
    if (wanted.length === 0) {
      return true;
    }
    const text = this.#text(row);
    return wanted.every((word) => text.includes(word));
  }

  find(rows: Iterable<Row>, query: string): Row[] {
    const wanted = words(query);
    return [...rows].filter((row) => this.matches(row, wanted));
  }

  #text(row: Row): string {
    let text = this.#known.get(row);
    if (text === undefined) {
      const flags = row.flags.flatMap((flag) => [flag, this.#names.check(flag)]);
      text = plain([row.id, row.name, this.#names.county(row.county), row.standing, this.#names.standing(row), row.asked_ms === null ? "" : (this.#names.asked ?? ""), ...flags].join(" "));
      this.#known.set(row, text);
    }
    return text;
  }
}
