/** What to look at: who is signed in, where they go, what they press and type. */
import type { Releases, Role } from "../src/api/types";
import type { FixtureServer } from "./fixture_server";
import { NOW, precinct, releases, unasked } from "./fixtures";

export interface Scene {
  name: string;
  role: Role | null;
  hash?: string;
  /** Selectors pressed one after the other; `selector=text` types, `key:Enter` presses a key. */
  presses?: string[];
  /** What has to be there in the end. */
  ends?: string;
  set?: (server: FixtureServer) => void;
}

const id = (name: string): string => `[data-testid="${name}"]`;
const stop = { id: "53".repeat(32), why: "One county looks shifted", minutes: 60, person: 5, entered_ms: NOW - 300_000, approved_ms: NOW - 200_000, until_ms: NOW + 3_000_000, ended: false };
const stopped: Releases = { ...releases, stops: [stop], pending: [{ ...(releases.pending[0] as Releases["pending"][number]) }] };

function withPasskeys(server: FixtureServer): void {
  server.passkeyOrigin = server.here;
  server.passkeys = [
    { passkey: 1, name: "Key on my key ring", added_ms: NOW - 9 * 86_400_000, used_ms: NOW - 3_600_000 },
    { passkey: 2, name: "Desk 7", added_ms: NOW - 7_200_000, used_ms: null },
  ];
}

export const scenes: Scene[] = [
  { name: "sign-in", role: null },
  { name: "sign-in-failed", role: null, presses: ["#sign-in-name=desk-7", "#sign-in-password=long password", "#sign-in-code=AB12", id("sign-in")], set: (server) => { server.refuse("sign-in", 401, "sign-in-failed"); } },
  { name: "sign-in-locked", role: null, presses: ["#sign-in-name=desk-7", "#sign-in-password=long password", "#sign-in-code=AB12", id("sign-in")], set: (server) => { server.refuse("sign-in", 429, "locked", { retry_after_s: 754 }); } },
  { name: "sign-in-passkey", role: null, presses: ['[value="passkey"]'], set: (server) => { server.passkeyOrigin = server.here; } },
  { name: "sign-in-passkey-failed", role: null, presses: ['[value="passkey"]', "#sign-in-name=desk-7", "#sign-in-password=long password", id("sign-in")], ends: "[data-problem]", set: (server) => { server.passkeyOrigin = server.here; } },
  { name: "sign-in-passkey-elsewhere", role: null, set: (server) => { server.passkeyOrigin = "https://hq.example.org"; } },
  { name: "sign-in-setup", role: null, set: (server) => { server.refuse("session", 409, "setup-needed"); } },
  { name: "board", role: "reviewer" },
  { name: "board-search", role: "operator", presses: ["#search=polk c02"] },
  { name: "keyboard-to-precinct", role: "reviewer", presses: ["key:/", ..."des 55".split("").map((key) => `key:${key === " " ? "Space" : key}`), "key:ArrowDown", "key:ArrowDown", "key:Enter"], ends: 'main[data-screen="precinct"] h1:focus' },
  { name: "keyboard-and-back", role: "reviewer", presses: ["key:/", "key:ArrowDown", "key:End", "key:ArrowRight", "key:ArrowDown", "key:ArrowDown", "key:Enter", "key:Back"], ends: '.line.precinct[data-line="100"]:focus' },
  { name: "keyboard-county", role: "reviewer", presses: ["key:/", "key:ArrowDown", "key:PageDown", "key:Enter", "key:ArrowDown", "key:ArrowLeft", "key:ArrowLeft"], ends: '.line.county[aria-expanded="false"]:focus' },
  { name: "keyboard-search-from-elsewhere", role: "reviewer", hash: "#/official/releases", presses: ["key:/"], ends: "#search:focus" },
  { name: "board-needing", role: "release-manager", hash: "#/rehearsal/board", presses: [id("needing")] },
  { name: "board-asked", role: "operator", presses: [id("asked")], ends: '.line.precinct[data-precinct="polk-dm-055"] .asked' },
  { name: "board-stopped", role: "admin", set: (server) => { server.board = { ...server.board, stopped: stop, open: false }; } },
  { name: "precinct", role: "reviewer", hash: "#/official/precinct/1234" },
  { name: "precinct-decide", role: "reviewer", hash: "#/official/precinct/1234", presses: [`[data-form="decide"] input[value="${"b1".repeat(32)}"]`, '[data-form="decide"] input[value="report"]', '[data-form="decide"] input[value="C02"]', id("decide")] },
  { name: "precinct-refused", role: "reviewer", hash: "#/official/precinct/1234", presses: [`[data-form="decide"] input[value="${"b1".repeat(32)}"]`, '[data-form="decide"] input[value="cards"]', '[data-form="decide"] input[type="text"]=The cards were counted again.', id("decide")], set: (server) => { server.refuse("official/acts", 403, "own-entry"); } },
  { name: "precinct-decided", role: "reviewer", hash: "#/official/precinct/1234", presses: [`[data-form="decide"] input[value="${"b1".repeat(32)}"]`, '[data-form="decide"] input[value="cards"]', '[data-form="decide"] input[type="text"]=The cards were counted again.', id("decide")], ends: '[data-form="decide"] [role="status"]' },
  { name: "precinct-typed-here", role: "reviewer", hash: "#/official/precinct/1234", set: (server) => { server.precinct = { ...precinct, sources: precinct.sources.map((one) => (one.person === null ? one : { ...one, person: 7 })) }; } },
  { name: "precinct-ask", role: "reviewer", hash: "#/official/precinct/1234", presses: [id("ask"), '[data-form="ask"] input[value="C02"]', '[data-form="ask"] input[type="text"]=Is a digit wrong?', id("ask-go")], ends: '[data-form="ask"] [data-confirm]', set: (server) => { server.precinct = unasked; } },
  { name: "precinct-ask-refused", role: "operator", hash: "#/official/precinct/1234", presses: [id("ask"), '[data-form="ask"] input[type="text"]=Is a digit wrong?', id("ask-go"), id("confirm")], ends: '[data-form="ask"] [data-problem]', set: (server) => { server.precinct = unasked; server.refuse("official/acts", 409, "changed-since"); } },
  { name: "precinct-missing", role: "operator", hash: "#/official/precinct/0" },
  { name: "report-choose", role: "operator", hash: "#/official/report", presses: ['[role="combobox"]=polk 1'] },
  { name: "report-asked", role: "operator", hash: "#/official/report/1234", ends: "[data-asked]" },
  { name: "report", role: "operator", hash: "#/official/report/1234", presses: ["#attendees=704", "#cell-0-3=166", "#cell-0-8=600", '[data-form="report"] tfoot .link', "#enter-report"] },
  { name: "report-lot", role: "operator", hash: "#/official/report/1234", set: (server) => { server.ties = [{ groups: [3, 8], seats: 1, gains: false }]; }, presses: ["#attendees=704", "#cell-0-3=166", "#cell-0-8=538", ...Array<string>(3).fill('[data-form="report"] tfoot .link'), '[data-lot] input[value="8"]', '[data-lot] input[value="coin"]', "#enter-report"] },
  { name: "report-lot-confirm", role: "operator", hash: "#/official/report/1234", set: (server) => { server.ties = [{ groups: [3, 8], seats: 1, gains: false }]; }, presses: ["#attendees=704", "#cell-0-3=166", "#cell-0-8=538", ...Array<string>(3).fill('[data-form="report"] tfoot .link'), '[data-lot] input[value="8"]', '[data-lot] input[value="coin"]', '[data-lot] input[value="chair"]', "#enter-report"] },
  { name: "held", role: "reviewer", hash: "#/official/held", presses: [id("admit"), '[data-held] input[type="text"]=Called the number on file.', id("admit-go")] },
  { name: "releases", role: "release-manager", hash: "#/official/releases" },
  { name: "releases-admin", role: "admin", hash: "#/official/releases" },
  { name: "releases-approve", role: "release-manager", hash: "#/official/releases", presses: [id("approve")] },
  { name: "releases-prepare", role: "release-manager", hash: "#/official/releases", presses: ['[data-form="prepare"] input[type="text"]=86 %', id("prepare"), "[data-asked] summary"], ends: "[data-asked] a" },
  { name: "releases-propose", role: "release-manager", hash: "#/official/releases", presses: [id("propose-3"), id("propose")] },
  { name: "releases-answer", role: "reviewer", hash: "#/official/releases", presses: [id("answer"), id("answer-go")], ends: '[data-form="answer"] [role="alert"]' },
  { name: "releases-withdraw", role: "release-manager", hash: "#/official/releases", presses: [id("withdraw"), '[data-release] input[type="text"]=Columns are shifted in one county.', id("withdraw-go")] },
  { name: "releases-stop", role: "release-manager", hash: "#/official/releases", presses: [id("stop"), "#stop-minutes=9000", id("stop-go")] },
  { name: "releases-stopped", role: "release-manager", hash: "#/official/releases", set: (server) => { server.releases = stopped; server.board = { ...server.board, stopped: stop }; } },
  { name: "own", role: "reviewer", hash: "#/official/own", set: withPasskeys },
  { name: "own-none", role: "observer", hash: "#/official/own", set: (server) => { server.passkeyOrigin = server.here; } },
  { name: "own-elsewhere", role: "operator", hash: "#/official/own", set: (server) => { withPasskeys(server); server.passkeyOrigin = "https://hq.example.org"; } },
  { name: "own-remove", role: "reviewer", hash: "#/official/own", presses: [id("remove-1"), "#remove-1-password=wrong password", id("remove-go-1")], ends: '[data-passkey="1"] [data-problem]', set: (server) => { withPasskeys(server); server.refuse("passkeys/1/remove", 403, "wrong-password"); } },
  { name: "own-gap", role: "reviewer", hash: "#/official/own", presses: [id("add-passkey")], set: (server) => { server.passkeyOrigin = server.here; } },
  { name: "own-full", role: "reviewer", hash: "#/official/own", set: (server) => { withPasskeys(server); server.passkeys = Array.from({ length: 8 }, (_, at) => ({ passkey: at + 1, name: `Key ${(at + 1).toString()}`, added_ms: NOW, used_ms: null })); } },
  { name: "inquiries", role: "observer", hash: "#/official/inquiries", presses: ['[role="combobox"]=polk 55', "key:Enter", '[data-form="inquire"] input[type="text"]=Who looks at its sheet?', id("inquire-go")], set: (server) => { server.refuse("official/acts", 409, "inquiries-open"); }, ends: '[data-form="inquire"] [data-problem]' },
  { name: "inquiries-respond", role: "reviewer", hash: "#/official/inquiries", presses: [id("respond"), id("respond-go")], ends: '[data-form="respond"] [aria-invalid]' },
  { name: "inquiries-notice", role: "release-manager", hash: "#/official/inquiries", presses: ['[data-form="notice"] input[inputmode="numeric"]=9000', id("notice-go")], ends: '[data-form="notice"] [role="alert"]', set: (server) => { server.inquiries = { ...server.inquiries, notices: server.inquiries.notices.slice(0, 1) }; } },
  { name: "inquiries-withhold", role: "admin", hash: "#/official/inquiries", presses: [id("withhold"), 'main form input[type="text"]=It names a private person.', id("withhold-go")], ends: "[data-confirm]" },
  { name: "observe", role: "observer" },
  { name: "observe-object", role: "observer", hash: "#/official/observe/2", presses: [id("object-1100")] },
  { name: "observe-precinct", role: "observer", hash: "#/official/precinct/1234", presses: [id("object-to-2")] },
  { name: "observe-guessed", role: "observer", set: (server) => { server.releases = { ...releases, previews: releases.previews.map((one) => ({ ...one, numbers: undefined })) }; } },
];
