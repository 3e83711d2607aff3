import type { RoomName } from "./api/types";

/** Where in the pages one is. It stands in the address, so that a screen can be kept, sent and gone back to. */
export type Route =
  | { room: RoomName; at: "board" }
  | { room: RoomName; at: "precinct"; number: number }
  | { room: RoomName; at: "report"; number: number | null }
  | { room: RoomName; at: "held" }
  | { room: RoomName; at: "own" }
  | { room: RoomName; at: "releases" }
  | { room: RoomName; at: "inquiries" }
  | { room: RoomName; at: "observe"; preview: number | null };

/** Reads what `href` writes; anything else is the board. */
export function parseRoute(hash: string): Route {
  const [place = "", at = "", about = ""] = hash.replace(/^#\/?/, "").split("/");
  const room: RoomName = place === "rehearsal" ? "rehearsal" : "official";
  const number = /^\d{1,9}$/.test(about) ? Number(about) : null;
  switch (at) {
    case "precinct":
      return number === null ? { room, at: "board" } : { room, at, number };
    case "report":
      return { room, at, number };
    case "observe":
      return { room, at, preview: number };
    case "held":
    case "own":
    case "releases":
    case "inquiries":
      return { room, at };
    default:
      return { room, at: "board" };
  }
}

/** The address of a place. */
export function href(route: Route): string {
  const about = route.at === "precinct" || route.at === "report" ? route.number : route.at === "observe" ? route.preview : null;
  return `#/${route.room}/${route.at}${about === null ? "" : `/${about.toString()}`}`;
}
