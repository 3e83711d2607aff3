/** Made-up numbers for tests and pictures: a contest as large as Iowa's, and precincts of every standing. */
import {
  STANDINGS, type BoardEvent, type Contest, type Finding, type HeldMessage, type Inquiries, type Precinct, type Preview, type Releases, type Role, type Row, type Session,
  type Source, type Standing,
} from "../src/api/types";

export const NOW = 1_580_787_000_000;
const MINUTE = 60_000;

const groups = ["Bennet", "Biden", "Bloomberg", "Buttigieg", "Delaney", "Gabbard", "Klobuchar", "Patrick", "Sanders", "Steyer", "Warren", "Yang", "Other", "Uncommitted"];
const counties = [
  "Adair", "Adams", "Allamakee", "Appanoose", "Audubon", "Benton", "Black Hawk", "Boone", "Bremer", "Buchanan", "Buena Vista", "Butler", "Calhoun", "Carroll", "Cass", "Cedar",
  "Cerro Gordo", "Cherokee", "Chickasaw", "Clarke", "Clay", "Clayton", "Clinton", "Crawford", "Dallas", "Davis", "Decatur", "Delaware", "Des Moines", "Dickinson", "Dubuque",
  "Emmet", "Fayette", "Floyd", "Franklin", "Fremont", "Greene", "Grundy", "Guthrie", "Hamilton", "Hancock", "Hardin", "Harrison", "Henry", "Howard", "Humboldt", "Ida", "Iowa",
  "Jackson", "Jasper", "Jefferson", "Johnson", "Jones", "Keokuk", "Kossuth", "Lee", "Linn", "Louisa", "Lucas", "Lyon", "Madison", "Mahaska", "Marion", "Marshall", "Mills",
  "Mitchell", "Monona", "Monroe", "Montgomery", "Muscatine", "O'Brien", "Osceola", "Page", "Palo Alto", "Plymouth", "Pocahontas", "Polk", "Pottawattamie", "Poweshiek", "Ringgold",
  "Sac", "Scott", "Shelby", "Sioux", "Story", "Tama", "Taylor", "Union", "Van Buren", "Wapello", "Warren", "Washington", "Wayne", "Webster", "Winnebago", "Winneshiek",
  "Woodbury", "Worth", "Wright",
].map((name) => `${name} County`);

export const contest: Contest = {
  id: "iowa-2020",
  name: "Iowa Democratic caucuses 2020",
  groups: groups.map((name) => ({ name, viable_kind: true })),
  counts: ["firstAlignment", "finalAlignment", "delegates"],
  counties,
  reasons: [
    { code: "recount", label: { en: "The room counted again", es: "La sala volvió a contar" } },
    { code: "people-left", label: { en: "People left, or came late", es: "Hubo personas que se fueron o llegaron tarde" } },
    { code: "other", label: { en: "Another reason", es: "Otro motivo" } },
  ],
  window_minutes: 30,
  precincts_total: 1765,
};

export function session(role: Role, over: Partial<Session> = {}): Session {
  return { person: 7, name: "desk-7", role, csrf: "c5", expires_ms: NOW + 3_600_000, codes_left: 12, passkeys: 0, contest, ...over };
}

/** Standings as they come up on a night, by a fixed sequence. */
const MIX: Standing[] = ["missing", "consistent", "verified", "released", "released", "consistent", "missing", "flagged", "released", "corrected", "verified", "inConflict", "released", "reopened", "setAside", "consistent"];

export function row(number: number, over: Partial<Row> = {}): Row {
  const county = Math.floor((number * counties.length) / 1765);
  const standing = over.standing ?? MIX[(number * 7 + (number >> 4)) % MIX.length] ?? "missing";
  const flags: Partial<Record<Standing, string[]>> = { flagged: ["C02", "H03"], consistent: number % 3 === 0 ? ["C06:8"] : [], inConflict: ["H02"] };
  return {
    number,
    id: `${(counties[county] ?? "").replace(/ County$/, "").toLowerCase().replace(/\W+/g, "-")}-${(number % 60).toString().padStart(3, "0")}`,
    name: `${(counties[county] ?? "").replace(/ County$/, "")} ${((number % 60) + 1).toString()}`,
    county,
    standing,
    flags: flags[standing] ?? [],
    open: standing === "flagged" ? 2 : 0,
    reports: standing === "missing" ? 0 : standing === "inConflict" ? 2 : 1,
    last_ms: standing === "missing" ? null : NOW - ((number * 37) % 140) * MINUTE,
    objections: number === 1234 ? 1 : 0,
    asked_ms: standing !== "missing" && number % 200 === 5 ? NOW - (number % 90) * MINUTE : null,
    ...over,
  };
}

const special = row(1234, { id: "polk-dm-055", name: "Des Moines 55", county: counties.indexOf("Polk County"), standing: "flagged", flags: ["C02", "C06", "H02"], open: 2, reports: 3, last_ms: NOW - 43 * MINUTE, asked_ms: NOW - 9 * MINUTE });

export const rows: Row[] = Array.from({ length: 1765 }, (_, number) => (number === 1234 ? special : row(number)));

export function boardEvent(over: Partial<BoardEvent> = {}): BoardEvent {
  const totals = Object.fromEntries(STANDINGS.map((standing) => [standing, rows.filter((one) => one.standing === standing).length])) as Record<Standing, number>;
  return { log_size: 4711, now_ms: NOW, open: true, stopped: null, totals, held: 2, inquiries: 2, withheld: [{ message: "33".repeat(32), waits: false }, { message: "0c".repeat(32), waits: true }], reports_last_10_min: 37, reports_total: 1540, precincts: rows, ...over };
}

const first = [0, 40, 0, 166, 0, 0, 62, 0, 210, 4, 190, 24, 0, 5];
const final = [0, 0, 0, 218, 0, 0, 0, 0, 245, 0, 238, 0, 0, 0];
const delegates = [0, 0, 0, 4, 0, 0, 0, 0, 5, 0, 5, 0, 0, 0];
const slip = final.map((n, at) => (at === 8 ? 254 : n));

function source(over: Partial<Source>): Source {
  return {
    report: "aa".repeat(32), channel: "tablet", invitation: "3fa9c1d2", person: null, revision: 1, entry: 3120, entered_ms: NOW - 95 * MINUTE, is_head: true, superseded_by: null,
    phrase: "apple river stone", attendees: 704, counts: [first, final, delegates], lots: [], by_the_rules: [0, 0, 0, 4, 0, 0, 0, 0, 5, 0, 5, 0, 0, 0], objected: false, ...over,
  };
}

const sheetOrCards = {
  en: "The photo of the signed worksheet, or the preference cards", es: "La foto de la hoja firmada, o las tarjetas de preferencia",
};

const finding = (over: Partial<Finding>): Finding => ({
  name: "C02", severity: "impossible", sentence: { en: "Final alignment adds up to 710 people, first alignment to 701: 9 too many.", es: "La alineación final suma 710 personas y la primera 701: sobran 9." }, evidence: sheetOrCards,
  answered: null, cells: [{ count: 1, group: null }], ...over,
});

export const precinct: Precinct = {
  row: special,
  delegates_to_elect: 14,
  sources: [
    source({ report: "a1".repeat(32), revision: 1, is_head: false, superseded_by: "a2".repeat(32), attendees: 701, phrase: "ocean candle fox", entry: 3004, entered_ms: NOW - 100 * MINUTE }),
    source({ report: "a2".repeat(32), revision: 2, counts: [first, slip, delegates], by_the_rules: [0, 0, 0, 4, 0, 0, 0, 0, 6, 0, 4, 0, 0, 0], objected: true, lots: [{ groups: [8, 10], seats: 1, winners: [10], method: "coin", drawn_by: "chair" }] }),
    source({ report: "b1".repeat(32), channel: "hotline", invitation: null, person: 12, entry: 3871, entered_ms: NOW - 43 * MINUTE, phrase: "lunar spoon eager" }),
  ],
  candidate: "a2".repeat(32),
  findings: [
    finding({}),
    finding({ name: "H02", sentence: { en: "The tablet’s report and the report typed from a call differ: final alignment of Sanders 254 and 245.", es: "El informe de la tableta y el informe tecleado de una llamada difieren: la alineación final de Sanders 254 y 245." }, cells: [{ count: 1, group: 8 }] }),
    finding({ name: "C06", severity: "unusual", sentence: { en: "The room announced Sanders 5; for these counts the rules give Sanders 6.", es: "La sala anunció Sanders 5; para estos conteos las reglas dan Sanders 6." }, cells: [{ count: 2, group: 8 }] }),
    finding({ name: "C04:9", severity: "note", sentence: { en: "Yang has 3 people at final alignment, fewer than the 106 that viability needs.", es: "Yang tiene 3 personas en la alineación final, menos de las 106 que pide la viabilidad." }, cells: [] }),
  ],
  decisions: [
    { id: "d1".repeat(32), entered_ms: NOW - 60 * MINUTE, person: 3, report: "a2".repeat(32), evidence: "sheet", why: "The photo of the signed worksheet says the same.", answers: ["C06"] },
  ],
  released: null,
  previews: [{ number: 2, name: "71 %", report: "a2".repeat(32) }],
  objections: [
    { id: "0b".repeat(32), preview: 2, precinct: 1234, person: 31, reason: "not-as-announced", why: "245 were announced for Sanders at final alignment.", evidence: "5e".repeat(32), entered_ms: NOW - 12 * MINUTE, answer: null },
    { id: "0c".repeat(32), preview: 1, precinct: 1234, person: 32, reason: "other", why: "The door was closed at 19:00.", evidence: null, entered_ms: NOW - 80 * MINUTE, answer: { id: "0e".repeat(32), outcome: "stands", why: "The worksheet notes it, and nobody was turned away.", person: 3 } },
  ],
  questions: [
    { id: "71".repeat(32), person: 3, entered_ms: NOW - 98 * MINUTE, report: "a1".repeat(32), findings: ["C01"], words: "Is the attendance the number at the door?", closed: "corrected", reply: null },
    {
      id: "72".repeat(32), person: 12, entered_ms: NOW - 70 * MINUTE, report: "a2".repeat(32), findings: [], words: "Was the count of the second table read twice?", closed: "replied",
      reply: { id: "75".repeat(32), entered_ms: NOW - 66 * MINUTE, reason: "other", text: "two captains counted" },
    },
    { id: "73".repeat(32), person: 3, entered_ms: NOW - 9 * MINUTE, report: "a2".repeat(32), findings: ["C02", "C03:8"], words: "Did 9 people come after first alignment, or is a digit wrong?", closed: null, reply: null },
  ],
};

/** The same precinct, with nothing open that was asked. */
export const unasked: Precinct = { ...precinct, row: { ...special, asked_ms: null }, questions: precinct.questions.slice(0, 2) };

const previewed = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

export const previews: Preview[] = [
  {
    id: "e1".repeat(32), number: 1, name: "62 %", layer: "night", person: 4, entered_ms: NOW - 190 * MINUTE, window_ends_ms: NOW - 160 * MINUTE, precincts: 1094, numbers: previewed(0, 1094), was_warned: false, despite: null, objections: [],
    releases: [{ id: "f1".repeat(32), person: 4, entered_ms: NOW - 159 * MINUTE, left_out: [17, 512], approved_ms: NOW - 155 * MINUTE, approved_by: 5, withdrawn: null }],
  },
  {
    id: "e2".repeat(32), number: 2, name: "71 %", layer: "night", person: 4, entered_ms: NOW - 50 * MINUTE, window_ends_ms: NOW - 20 * MINUTE, precincts: 160, numbers: previewed(1094, 1254), was_warned: true, despite: "Two counties are nearly alike; read against their sheets by telephone.", objections: precinct.objections.slice(0, 1),
    releases: [{ id: "f2".repeat(32), person: 4, entered_ms: NOW - 18 * MINUTE, left_out: [1234], approved_ms: null, approved_by: null, withdrawn: null }],
  },
  { id: "e3".repeat(32), number: 3, name: "75 %", layer: "night", person: 5, entered_ms: NOW - 8 * MINUTE, window_ends_ms: NOW + 22 * MINUTE, precincts: 71, numbers: previewed(1254, 1325), was_warned: false, despite: null, objections: [], releases: [] },
];

export const releases: Releases = {
  now_ms: NOW,
  previews,
  stops: [{ id: "51".repeat(32), why: "Shifted columns in one county", minutes: 60, person: 5, entered_ms: NOW - 300 * MINUTE, approved_ms: NOW - 298 * MINUTE, until_ms: NOW - 240 * MINUTE, ended: true }],
  pending: [
    { id: "f2".repeat(32), kind: "release", person: 4, entered_ms: NOW - 18 * MINUTE, preview: { number: 2, name: "71 %" }, minutes: null, why: null, message: null, mine: false },
    { id: "52".repeat(32), kind: "stop", person: 7, entered_ms: NOW - 2 * MINUTE, preview: null, minutes: 30, why: "One county looks shifted", message: null, mine: true },
  ],
  copies: [
    { id: "c1".repeat(32), person: 4, entered_ms: NOW - 100 * MINUTE, copy: "5f".repeat(32), whose: "The national party", with: { released: true, number: 1, name: "62 %" }, precincts: 0, cells: 0, decision: "go-on", why: "Nothing differs." },
    { id: "c2".repeat(32), person: 5, entered_ms: NOW - 6 * MINUTE, copy: "7d".repeat(32), whose: "The national party", with: null, precincts: 3, cells: 1204, decision: "stop", why: "Columns of one county stand under their neighbours." },
  ],
  not_ready: { missing: 220, "in-conflict": 110, open: 12, "needs-cause": 3 },
};

export const inquiries: Inquiries = {
  now_ms: NOW,
  notices: [
    { id: "41".repeat(32), person: 4, entered_ms: NOW - 70 * MINUTE, words: "The first release is at nine.", next_ms: NOW - 40 * MINUTE },
    { id: "42".repeat(32), person: 5, entered_ms: NOW - 12 * MINUTE, words: "Sheets of three counties are looked at once more.", next_ms: NOW + 3 * MINUTE },
  ],
  inquiries: [
    { id: "31".repeat(32), person: 31, entered_ms: NOW - 90 * MINUTE, words: "When is the first release?", precinct: null, response: { id: "35".repeat(32), person: 4, entered_ms: NOW - 80 * MINUTE, words: "At nine, if nothing is found." } },
    { id: "32".repeat(32), person: 31, entered_ms: NOW - 30 * MINUTE, words: "Who looks at its sheet?", precinct: 1234, response: null },
    { id: "33".repeat(32), person: 32, entered_ms: NOW - 20 * MINUTE, words: null, precinct: null, response: { id: "36".repeat(32), person: 3, entered_ms: NOW - 18 * MINUTE, words: null } },
    { id: "34".repeat(32), person: 32, entered_ms: NOW - 5 * MINUTE, words: "Are satellites in the next release?", precinct: null, response: null },
  ],
};

export const held: HeldMessage[] = [
  { message: "9a".repeat(32), kind: "report", precinct: 17, why: "revoked-key", received_ms: NOW - 25 * MINUTE },
  { message: "9b".repeat(32), kind: "report", precinct: null, why: "unknown-package", received_ms: NOW - 3 * MINUTE },
];
