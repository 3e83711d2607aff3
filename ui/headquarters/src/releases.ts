import type { NotReady, Pending, Preparation, Preview, Release, Releases, Role, Stop } from "./api/types";
import { may } from "./may";
import { NAME_MAX, whyGap } from "./why";

export type ReleaseState = "withdrawn" | "in-effect" | "waiting";

export function stateOf(release: Release): ReleaseState {
  return release.withdrawn !== null ? "withdrawn" : release.approved_ms !== null ? "in-effect" : "waiting";
}

/** How many precincts a release is about. */
export function precinctsOf(preview: Preview, release: Release): number {
  return preview.precincts - release.left_out.length;
}

/** Numbers of the precincts that a release is about. */
export function numbersOf(preview: Preview, leftOut: readonly number[]): number[] {
  return (preview.numbers ?? []).filter((number) => !leftOut.includes(number));
}

/** Whether a preview may still be proposed: none of its releases ever took effect. */
export function canBeProposed(preview: Preview): boolean {
  return !preview.releases.some((release) => release.approved_ms !== null);
}

/** The preview and the release with an id. */
export function releaseWith(releases: Releases, id: string): { preview: Preview; release: Release } | null {
  for (const preview of releases.previews) {
    const release = preview.releases.find((one) => one.id === id);
    if (release !== undefined) {
      return { preview, release };
    }
  }
  return null;
}

/** The stop that holds now. */
export function stopInForce(stops: readonly Stop[], nowMs: number): Stop | null {
  return stops.find((stop) => stop.approved_ms !== null && !stop.ended && (stop.until_ms ?? 0) > nowMs) ?? null;
}

/** Why a person cannot approve something now; null where they can. */
export type NotYours = "mine" | "role" | "window" | "stopped" | null;

export function approvalGap(pending: Pending, role: Role, releases: Releases, nowMs: number): NotYours {
  if (pending.mine) {
    return "mine";
  }
  if (!may.approve(role, pending.kind)) {
    return "role";
  }
  if (pending.kind === "release") {
    const about = releaseWith(releases, pending.id);
    if (about !== null && about.preview.window_ends_ms > nowMs) {
      return "window";
    }
    if (stopInForce(releases.stops, nowMs) !== null) {
      return "stopped";
    }
  }
  return null;
}

export type PreparationGap = "name" | "precincts" | null;

/** The first thing that is missing before a preview can be prepared. */
export function preparationGap(preparation: Preparation): PreparationGap {
  if (whyGap(preparation.name, NAME_MAX) !== null) {
    return "name";
  }
  return preparation.precincts !== null && preparation.precincts.length === 0 ? "precincts" : null;
}

/** Precincts that are not ready, by the reason and what has to be answered, the most frequent first. */
export function byReason(notReady: readonly NotReady[]): { why: string; findings: string[]; precincts: number[] }[] {
  const reasons = new Map<string, { why: string; findings: string[]; precincts: number[] }>();
  for (const { precinct, why, findings } of notReady) {
    const name = [why, ...findings].join(" ");
    const reason = reasons.get(name) ?? { why, findings, precincts: [] };
    reason.precincts.push(precinct);
    reasons.set(name, reason);
  }
  return [...reasons.values()].toSorted((a, b) => b.precincts.length - a.precincts.length);
}

/** Precincts of a preview with an objection that nobody answered, or whose answer says to leave them out. */
export function shouldBeLeftOut(preview: Preview): number[] {
  const those = preview.objections.filter(({ answer }) => answer === null || answer.outcome === "left-out");
  return [...new Set(those.map(({ precinct }) => precinct))].toSorted((a, b) => a - b);
}

/** How many objections to precincts of a preview nobody answered, but for those that are left out. */
export function unanswered(preview: Preview, leftOut: readonly number[]): number {
  return preview.objections.filter(({ answer, precinct }) => answer === null && !leftOut.includes(precinct)).length;
}

/** Minutes of a stop as they were typed; null where they are none that a stop may last. */
export function stopMinutes(typed: string): number | null {
  const text = typed.trim();
  const minutes = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return minutes >= 1 && minutes <= 24 * 60 ? minutes : null;
}
