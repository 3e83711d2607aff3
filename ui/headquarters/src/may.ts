import type { Pending, Role, TypedChannel } from "./api/types";
import type { Route } from "./route";

/** What a role may do. The server judges by the log; this only keeps buttons away that it would refuse. */
export const may = {
  decide: (role: Role): boolean => role === "reviewer",
  answer: (role: Role): boolean => role === "reviewer",
  ask: (role: Role): boolean => role === "reviewer" || role === "operator",
  admit: (role: Role): boolean => role === "reviewer",
  release: (role: Role): boolean => role === "release-manager",
  withhold: (role: Role): boolean => role === "admin",
  object: (role: Role): boolean => role === "observer",
  inquire: (role: Role): boolean => role === "observer",
  respond: (role: Role): boolean => role === "reviewer" || role === "release-manager",
  notify: (role: Role): boolean => role === "release-manager",
  /** Whether the role may be the second person for something. */
  approve: (role: Role, kind: Pending["kind"]): boolean =>
    role === "release-manager" || (role === "admin" && (kind === "stop" || kind === "end-of-stop" || kind === "withhold")),
} as const;

/** By which roads a role types reports. */
export function channelsOf(role: Role): TypedChannel[] {
  switch (role) {
    case "operator":
      return ["hotline", "paper"];
    case "reviewer":
      return ["transcription"];
    default:
      return [];
  }
}

/** The places a role is shown the way to, in order. */
export function placesOf(role: Role): Route["at"][] {
  if (role === "observer") {
    return ["observe", "inquiries"];
  }
  return ["board", ...(channelsOf(role).length > 0 ? (["report"] as const) : []), "held", "releases", "inquiries"];
}
