import type { LotDrawer, LotMethod } from "@countersign/shared/gen_api";
import type { Tie, TypedLot } from "./api/types";

/** A lot as it is being typed. */
export interface LotDraft {
  winners: number[];
  method: LotMethod | null;
  drawnBy: LotDrawer | null;
}

/** What a lot of a tie still lacks. */
export type LotGap = "winners" | "method" | "drawnBy";

const keyOf = (tie: Tie): string => `${tie.groups.join(",")}/${tie.seats.toString()}`;

/** The lots of a report that is being typed, each of its tie: a tie that comes back after a slip finds its lot again. */
export class LotDrafts {
  #of = $state<Record<string, LotDraft>>({});

  of(tie: Tie): LotDraft {
    return this.#of[keyOf(tie)] ?? { winners: [], method: null, drawnBy: null };
  }

  set(tie: Tie, change: Partial<LotDraft>): void {
    this.#of[keyOf(tie)] = { ...this.of(tie), ...change };
  }

  /** Favours a group, or no longer. One more than the lot favours: the oldest choice gives way, so a slip is one press. */
  favour(tie: Tie, group: number): void {
    const { winners } = this.of(tie);
    const without = winners.filter((one) => one !== group);
    this.set(tie, { winners: without.length < winners.length ? without : [...winners, group].slice(-tie.seats) });
  }

  /** The room drew none, or nobody knows. */
  clear(tie: Tie): void {
    this.#of[keyOf(tie)] = { winners: [], method: null, drawnBy: null };
  }

  /** What is missing of a lot that was begun; null where nothing is, or nothing was begun. */
  gap(tie: Tie): LotGap | null {
    const { winners, method, drawnBy } = this.of(tie);
    if (winners.length === 0 && method === null && drawnBy === null) {
      return null;
    }
    if (winners.length !== tie.seats) {
      return "winners";
    }
    if (method === null) {
      return "method";
    }
    return drawnBy === null ? "drawnBy" : null;
  }

  /** The lot of a tie, once it is whole. */
  whole(tie: Tie): TypedLot | null {
    const { winners, method, drawnBy } = this.of(tie);
    if (winners.length !== tie.seats || method === null || drawnBy === null) {
      return null;
    }
    return { groups: tie.groups, seats: tie.seats, winners: winners.toSorted((a, b) => a - b), method, drawn_by: drawnBy };
  }
}
