import type { Contest, ReportFigures, RoomName, TypedChannel } from "./api/types";
import { LotDrafts } from "./lots.svelte";
import { SvelteMap } from "svelte/reactivity";

/** Largest number a report takes. */
export const NUMBER_MAX = 100_000;

/** A number as it was typed; null where it is none a report takes, and undefined while it is empty. */
export function numberOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === "") {
    return undefined;
  }
  return /^\d{1,6}$/.test(text) && Number(text) <= NUMBER_MAX ? Number(text) : null;
}

/** A cell of the report: the attendance, or a group in a count. */
export type ReportCell = { count: null } | { count: number; group: number };

/** A report as it is being typed. An empty cell is not zero. */
export class ReportDraft {
  channel = $state<TypedChannel | undefined>(undefined);
  attendees = $state("");
  /** By count and group. */
  counts = $state<string[][]>([]);
  readonly lots = new LotDrafts();
  /** The own report that it replaces; `undefined`: not chosen. */
  supersedes = $state<string | null | undefined>(undefined);

  constructor(contest: Contest) {
    this.counts = contest.counts.map(() => contest.groups.map(() => ""));
  }

  /** The first cell that holds no number, as one reads the sheet: count by count. */
  gap(): ReportCell | null {
    if (typeof numberOf(this.attendees) !== "number") {
      return { count: null };
    }
    for (const [count, cells] of this.counts.entries()) {
      const group = cells.findIndex((typed) => typeof numberOf(typed) !== "number");
      if (group >= 0) {
        return { count, group };
      }
    }
    return null;
  }

  /** Nobody in the groups of a count that are still empty. */
  nobodyElse(count: number): void {
    this.counts = this.counts.map((cells, at) => (at === count ? cells.map((typed) => (typed.trim() === "" ? "0" : typed)) : cells));
  }

  /** What a count adds up to so far, and how many of its cells are empty. */
  sum(count: number): { total: number; empty: number } {
    const cells = (this.counts[count] ?? []).map(numberOf);
    return { total: cells.reduce<number>((sum, value) => sum + (value ?? 0), 0), empty: cells.filter((value) => typeof value !== "number").length };
  }

  /** The whole report in numbers; null while a cell holds none. */
  figures(): ReportFigures | null {
    const attendees = numberOf(this.attendees);
    const counts = this.counts.map((cells) => cells.map(numberOf));
    const whole = counts.every((cells): cells is number[] => cells.every((value) => typeof value === "number"));
    return typeof attendees === "number" && whole ? { attendees, counts: counts as number[][] } : null;
  }

  get isEmpty(): boolean {
    return this.attendees.trim() === "" && this.counts.every((cells) => cells.every((typed) => typed.trim() === ""));
  }
}

/** Reports that are being typed, by room and precinct: another screen, or the end of a session, clears none. */
export const reportDrafts = new SvelteMap<string, ReportDraft>();

export function draftOf(room: RoomName, precinct: number, contest: Contest): ReportDraft {
  const key = `${room}/${precinct.toString()}`;
  const kept = reportDrafts.get(key);
  if (kept !== undefined) {
    return kept;
  }
  const draft = new ReportDraft(contest);
  reportDrafts.set(key, draft);
  return draft;
}

/** Something that does not add up while a report is typed. Nothing keeps it from being entered: what the room did is the record. */
export type Slip =
  | { kind: "first-more" | "first-fewer"; first: number; attendees: number }
  | { kind: "final-more"; first: number; final: number }
  | { kind: "delegates"; entered: number; elects: number };

/** What the sums show, of counts that are whole. */
export function slips(draft: ReportDraft, contest: Contest, elects: number | null): Slip[] {
  const whole = (kind: Contest["counts"][number]): number | null => {
    const count = contest.counts.indexOf(kind);
    const sum = count < 0 ? null : draft.sum(count);
    return sum === null || sum.empty > 0 ? null : sum.total;
  };
  const [first, final, delegates] = [whole("firstAlignment"), whole("finalAlignment"), whole("delegates")];
  const attendees = numberOf(draft.attendees);
  const found: Slip[] = [];
  if (first !== null && typeof attendees === "number" && first !== attendees) {
    found.push({ kind: first > attendees ? "first-more" : "first-fewer", first, attendees });
  }
  if (first !== null && final !== null && final > first) {
    found.push({ kind: "final-more", first, final });
  }
  if (delegates !== null && elects !== null && delegates !== elects) {
    found.push({ kind: "delegates", entered: delegates, elects });
  }
  return found;
}
