import { describe, expect, it } from "vitest";
import { PENDING_KINDS, ROLES, type NotReady, type Pending, type Release } from "../src/api/types";
import { channelsOf, may, placesOf } from "../src/may";
import { approvalGap, byReason, canBeProposed, numbersOf, precinctsOf, preparationGap, releaseWith, shouldBeLeftOut, stateOf, stopInForce, stopMinutes, unanswered } from "../src/releases";
import { href, parseRoute, type Route } from "../src/route";
import { NOW, precinct, previews, releases } from "./fixtures";

const [first, second, third] = previews as [(typeof previews)[0], (typeof previews)[0], (typeof previews)[0]];
const pending: Pending = { id: "f2".repeat(32), kind: "release", person: 4, entered_ms: 0, preview: null, minutes: null, why: null, message: null, mine: false };
const stop = { id: "s", why: "", minutes: 60, person: 5, entered_ms: 0, approved_ms: NOW - 1, until_ms: NOW + 1000, ended: false };

describe("releases", () => {
  it("are in effect, waiting or withdrawn", () => {
    const release = first.releases[0] as Release;
    expect(stateOf(release)).toBe("in-effect");
    expect(stateOf({ ...release, approved_ms: null })).toBe("waiting");
    expect(stateOf({ ...release, withdrawn: { id: "f3".repeat(32), why: "", person: 4, approved_by: 5, approved_ms: 1 } })).toBe("withdrawn");
    expect(precinctsOf(first, release)).toBe(1092);
  });

  it("are proposed once they are not in effect, also after a withdrawal never of the same preview", () => {
    expect(canBeProposed(first)).toBe(false);
    expect(canBeProposed(second)).toBe(true);
    expect(canBeProposed(third)).toBe(true);
  });

  it("are found by their id", () => {
    expect(releaseWith(releases, pending.id)?.preview.number).toBe(2);
    expect(releaseWith(releases, "no")).toBeNull();
  });

  it("leave out what observers object to and nobody answered, or was answered so", () => {
    expect(shouldBeLeftOut(second)).toEqual([1234]);
    const answered = (outcome: string): typeof second => ({ ...second, objections: precinct.objections.map((one) => ({ ...one, answer: { id: "0e".repeat(32), outcome, why: "", person: 3 } })) });
    expect(shouldBeLeftOut(answered("stands"))).toEqual([]);
    expect(shouldBeLeftOut(answered("left-out"))).toEqual([1234]);
  });

  it("name what nobody answered in the precincts that they are about", () => {
    const shown = { ...second, numbers: [7, 1234] };
    expect([numbersOf(shown, []), numbersOf(shown, [1234])]).toEqual([[7, 1234], [7]]);
    expect([unanswered(shown, [1234]), unanswered(shown, [7]) > 0]).toEqual([0, true]);
  });
});

describe("what waits for a second person", () => {
  it("is approved by another release manager, after the window, while nothing is stopped", () => {
    expect(approvalGap(pending, "release-manager", releases, NOW)).toBeNull();
    expect(approvalGap({ ...pending, mine: true }, "release-manager", releases, NOW)).toBe("mine");
    expect(approvalGap(pending, "admin", releases, NOW)).toBe("role");
    expect(approvalGap(pending, "release-manager", releases, second.window_ends_ms - 1)).toBe("window");
    expect(approvalGap(pending, "release-manager", { ...releases, stops: [stop] }, NOW)).toBe("stopped");
  });

  it("is approved by release managers; stops and withholdings by admins as well; by nobody else", () => {
    for (const kind of PENDING_KINDS) {
      expect(may.approve("release-manager", kind)).toBe(true);
      expect(may.approve("admin", kind)).toBe(kind === "stop" || kind === "end-of-stop" || kind === "withhold");
      for (const role of ["operator", "reviewer", "observer"] as const) {
        expect(may.approve(role, kind)).toBe(false);
      }
    }
  });

  it("is begun by an admin where a message is to be withheld", () => {
    expect(ROLES.filter((role) => may.withhold(role))).toEqual(["admin"]);
  });

  it("may be withdrawn while releases are stopped", () => {
    expect(approvalGap({ ...pending, kind: "withdraw" }, "release-manager", { ...releases, stops: [stop] }, NOW)).toBeNull();
  });
});

describe("stops", () => {
  it("hold from the approval until their time, and not after their end", () => {
    expect(stopInForce([stop], NOW)).toBe(stop);
    expect(stopInForce([stop], NOW + 1000)).toBeNull();
    expect(stopInForce([{ ...stop, ended: true }], NOW)).toBeNull();
    expect(stopInForce([{ ...stop, approved_ms: null, until_ms: null }], NOW)).toBeNull();
  });

  it("last 1 to 1,440 whole minutes", () => {
    expect(stopMinutes("60")).toBe(60);
    expect(stopMinutes(" 1440 ")).toBe(1440);
    for (const typed of ["", "0", "1441", "1.5", "-3", "1e2", "soon"]) {
      expect(stopMinutes(typed)).toBeNull();
    }
  });
});

describe("a preparation", () => {
  const whole = { name: "86 %", layer: "night", precincts: null, cause: null } as const;

  it("needs a name, and a precinct where they are named one by one", () => {
    expect(preparationGap(whole)).toBeNull();
    expect(preparationGap({ ...whole, name: "" })).toBe("name");
    expect(preparationGap({ ...whole, name: "x".repeat(61) })).toBe("name");
    expect(preparationGap({ ...whole, precincts: [] })).toBe("precincts");
    expect(preparationGap({ ...whole, precincts: [1] })).toBeNull();
  });

  it("says what is not ready reason by reason, the most frequent first", () => {
    const notReady = (number: number, why: string, ...findings: string[]): NotReady => ({ precinct: number, why, findings });
    expect(byReason([notReady(1, "open", "C02"), notReady(2, "missing"), notReady(3, "missing"), notReady(4, "open", "H02")])).toEqual([
      { why: "missing", findings: [], precincts: [2, 3] },
      { why: "open", findings: ["C02"], precincts: [1] },
      { why: "open", findings: ["H02"], precincts: [4] },
    ]);
  });
});

describe("roles", () => {
  it("are shown what they may do, and no more", () => {
    expect(ROLES.filter((role) => may.decide(role))).toEqual(["reviewer"]);
    expect(ROLES.filter((role) => may.admit(role))).toEqual(["reviewer"]);
    expect(ROLES.filter((role) => may.answer(role))).toEqual(["reviewer"]);
    expect(ROLES.filter((role) => may.release(role))).toEqual(["release-manager"]);
    expect(ROLES.filter((role) => may.object(role))).toEqual(["observer"]);
    expect(channelsOf("operator")).toEqual(["hotline", "paper"]);
    expect(channelsOf("reviewer")).toEqual(["transcription"]);
    expect(placesOf("observer")).toEqual(["observe", "inquiries"]);
    expect(placesOf("release-manager")).toEqual(["board", "held", "releases", "inquiries"]);
    expect(placesOf("operator")).toContain("report");
  });
});

describe("addresses", () => {
  it.each<Route>([
    { room: "official", at: "board" },
    { room: "rehearsal", at: "precinct", number: 12 },
    { room: "official", at: "report", number: null },
    { room: "official", at: "report", number: 0 },
    { room: "rehearsal", at: "held" },
    { room: "official", at: "releases" },
    { room: "official", at: "inquiries" },
    { room: "official", at: "observe", preview: 3 },
    { room: "official", at: "observe", preview: null },
  ])("are read as they are written", (route) => {
    expect(parseRoute(href(route))).toEqual(route);
  });

  it.each(["", "#", "#/official/precinct/x", "#/elsewhere/nowhere", "#/official/precinct/99999999999"])("%s is the board", (hash) => {
    expect(parseRoute(hash)).toEqual({ room: "official", at: "board" });
  });
});
