/** One view for each screen, and the presses that lead from it to the screen; for looking at pages without a tablet. */
import type { Problem, QuestionView, View } from "@countersign/shared/gen_api";
import { award, caucus, delegates, final, findings, first, home, report, tie } from "./fixture_views";

export interface Scene {
  name: string;
  view: View;
  /** Selectors pressed one after the other. */
  presses?: string[];
  /** What the first view comes to instead. */
  problem?: Problem;
}

const id = (name: string): string => `[data-testid="${name}"]`;
const empty: (number | null)[] = first.map(() => null);
const part = first.map((value, at) => ([1, 3, 5, 6, 8].includes(at) ? value : null));
const earlyOf = (votes: number): number[] => first.map((_, at) => (at === 3 ? votes : at === 8 ? 110 - votes : 0));
const earlyVotes = { attendees: 110, counts: [earlyOf(40), earlyOf(35), first.map(() => 0)] };
const noPin: View = { ...home, lock: { state: "noPin" }, precincts: [], network: { ...home.network, nextTryMs: null, waiting: 0 } };
const open = (over: Partial<NonNullable<View["caucus"]>>, base: NonNullable<View["caucus"]>): View => ({ ...home, caucus: { ...base, ...over } });

const counter = { state: "countersigned", logIndex: 4711, enteredMs: 1_580_785_640_000 } as const;
const question: QuestionView = {
  id: "cd".repeat(32), atMs: 1_580_785_900_000, words: "Did people leave before the final count? 139 stand there, 141 at first alignment, and nobody is in the uncommitted group any more.",
  findings: [{ check: "C02", group: null }, { check: "C04", group: 13 }, { check: "H04", group: null }], reply: null,
};

export const scenes: Scene[] = [
  { name: "trouble", view: home, problem: { code: "databaseDamaged", retry: false } },
  { name: "enrol-code", view: noPin, presses: ["K", "7", "Q", "M", "2", "D"].map((face) => `[data-key="letter-${face}"]`) },
  { name: "help-before", view: noPin, presses: [id("help")] },
  { name: "unlock", view: { ...home, lock: { state: "locked", wrongTries: 0, waitMs: 0 } }, presses: ["1", "2", "3"].map((d) => `[data-key="d${d}"]`) },
  { name: "unlock-wait", view: { ...home, lock: { state: "locked", wrongTries: 5, waitMs: 30_000 } } },
  { name: "home", view: home },
  { name: "home-after", view: { ...home, caucuses: [{ precinct: 1234, room: "official", draftStep: null, correcting: false, report: report.id }, { precinct: 1234, room: "rehearsal", draftStep: "finalAlignment", correcting: false, report: null }], reports: [report], carried: [{ id: "cc".repeat(32), precinct: null, room: "official", standing: { state: "savedHere" } }], notices: [{ id: "n1", kind: "revocation", precinct: report.precinct, text: null, atMs: 1_580_785_000_000 }, { id: "n2", kind: "logBegunAgain", precinct: null, text: null, atMs: 1_580_786_000_000 }] } },
  { name: "attendance", view: open({}, caucus("attendance", 704, [empty, empty, empty])) },
  { name: "first-alignment", view: open({ cell: { kind: "count", count: 0, group: 8 } }, caucus("firstAlignment", 704, [part, empty, empty])) },
  { name: "first-alignment-gap", view: open({ room: "rehearsal" }, caucus("firstAlignment", 704, [part, empty, empty])), presses: [id("go-on")] },
  { name: "realignment", view: open({ timer: { leftMs: 754_000, lengthMs: 900_000, running: true } }, caucus("realignment", 704, [first, empty, empty])) },
  { name: "final-alignment", view: open({}, caucus("finalAlignment", 704, [first, final.map((value, at) => (at < 9 ? value : null)), empty])) },
  { name: "delegates", view: open({ award }, caucus("delegates", 704, [first, final, delegates.map((value, at) => (at < 8 ? value : null))])) },
  { name: "delegates-tie", view: open({ award: { ...award, delegates: null }, ties: [tie] }, caucus("delegates", 704, [first, final, empty])) },
  { name: "lot", view: open({ award: { ...award, delegates: null }, ties: [tie] }, caucus("delegates", 704, [first, final, empty])), presses: [id("lot-open"), id("lot-winner-warren")] },
  { name: "check", view: open({ findings }, caucus("check", 704, [first, final, delegates])) },
  { name: "reason", view: open({ findings }, caucus("check", 704, [first, final, delegates])), presses: [id("keep-C02")] },
  { name: "reason-other", view: open({ findings }, caucus("check", 704, [first, final, delegates])), presses: [id("keep-C02"), id("reason-other"), ..."DOOR".split("").map((face) => `[data-key="letter-${face}"]`)] },
  { name: "attest", view: open({ attestations: [{ who: { kind: "chair" }, said: { kind: "standsBy" } }, { who: { kind: "secretary" }, said: null }, { who: { kind: "captain", group: 3 }, said: null }, { who: { kind: "captain", group: 8 }, said: { kind: "objects", reason: { code: "other", text: "DOOR WAS OPEN" } } }] }, caucus("attest", 704, [first, final, delegates])) },
  { name: "show-room", view: open({}, caucus("attest", 704, [first, final, delegates])), presses: [id("show-room")] },
  { name: "attendance-early", view: open({ earlyVotes }, caucus("attendance", 704, [empty, empty, empty])) },
  { name: "final-alignment-early", view: open({ earlyVotes }, caucus("finalAlignment", 704, [first, final, empty])) },
  { name: "realignment-early", view: open({ earlyVotes }, caucus("realignment", 704, [first, empty, empty])) },
  { name: "delegates-early", view: open({ earlyVotes, award }, caucus("delegates", 704, [first, final, delegates])) },
  { name: "check-early", view: open({ earlyVotes, findings }, caucus("check", 704, [first, final, delegates])) },
  { name: "attest-early", view: open({ earlyVotes }, caucus("attest", 704, [first, final, delegates])) },
  { name: "show-room-early", view: open({ earlyVotes }, caucus("attest", 704, [first, final, delegates])), presses: [id("show-room")] },
  { name: "sign", view: open({}, caucus("sign", 704, [first, final, delegates])) },
  { name: "sign-missing", view: open({}, caucus("sign", 704, [first, final, empty])) },
  { name: "stands", view: withReport({}), presses: [id("open-official")] },
  { name: "stands-countersigned", view: withReport({ standing: { state: "countersigned", logIndex: 4711, enteredMs: 1_580_785_640_000 }, skewS: 86_400 as unknown as bigint }), presses: [id("open-official")] },
  { name: "stands-released", view: withReport({ standing: { state: "countersigned", logIndex: 4711, enteredMs: 1_580_785_640_000 }, released: { name: "62 %", atMs: 1_580_850_000_000, differs: [] } }), presses: [id("open-official")] },
  { name: "stands-released-differs", view: withReport({ standing: { state: "countersigned", logIndex: 4711, enteredMs: 1_580_785_640_000 }, released: { name: "62 %", atMs: 1_580_850_000_000, differs: [{ cell: { kind: "attendees" }, signed: 704, released: 740 }, { cell: { kind: "count", count: 1, group: 8 }, signed: 218, released: 0 }, { cell: { kind: "count", count: 1, group: 7 }, signed: 0, released: 218 }] } }), presses: [id("open-official")] },
  { name: "home-question", view: withReport({ standing: counter, question }) },
  { name: "stands-question", view: withReport({ standing: counter, question }), presses: [id("open-official")] },
  { name: "stands-replied", view: withReport({ standing: counter, question: { ...question, reply: { reason: { code: "other", text: "TWO FAMILIES WENT HOME EARLY" }, standing: { state: "countersigned", logIndex: 4790, enteredMs: 1_580_786_000_000 } } } }), presses: [id("open-official")] },
  { name: "stands-replied-late", view: withReport({ standing: counter, question: { ...question, reply: { reason: { code: "recount" }, standing: { state: "refused", reason: "question-closed" } } } }), presses: [id("open-official")] },
  { name: "question", view: withReport({ standing: counter, question }), presses: [id("question-open")] },
  { name: "reply-reason", view: withReport({ standing: counter, question }), presses: [id("question-open"), id("question-right")] },
  { name: "reply", view: withReport({ standing: counter, question }), presses: [id("question-open"), id("question-right"), id("reason-recount")] },
  { name: "stands-held", view: withReport({ standing: { state: "held", reason: "revoked-key" } }), presses: [id("open-official")] },
  { name: "stands-rehearsal", view: withReport({ room: "rehearsal", worksheet: true, standing: { state: "countersigned", logIndex: 12, enteredMs: 1_580_785_640_000 } }), presses: [id("open-rehearsal")] },
  { name: "hand-off", view: withReport({}), presses: [id("open-official"), id("hand-off")] },
  { name: "worksheet", view: withReport({ room: "rehearsal", worksheet: true }), presses: [id("open-rehearsal"), id("compare")] },
  { name: "correct-reason", view: withReport({}), presses: [id("open-official"), id("correct")] },
  { name: "carry", view: home, presses: [id("carry")] },
  { name: "help", view: home, presses: [id("help"), id("preflight")] },
  { name: "settings", view: home, presses: [id("settings")] },
];

function withReport(over: Partial<typeof report>): View {
  const one = { ...report, ...over };
  return { ...home, reports: [one], caucuses: [{ precinct: 1234, room: one.room, draftStep: null, correcting: false, report: one.id }] };
}
