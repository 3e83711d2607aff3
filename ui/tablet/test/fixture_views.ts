/** Views as a tablet of Des Moines 55 gives them, for tests of the pages alone. */
import type {
  AwardView, CaucusView, CountCell, CountKind, FindingView, GroupView, PrecinctView, ReportView, Step, TieView, View,
} from "@countersign/shared/gen_api";

const NAMES = [
  "Bennet", "Biden", "Bloomberg", "Buttigieg", "Delaney", "Gabbard", "Klobuchar", "Patrick", "Sanders", "Steyer",
  "Warren", "Yang", "Other", "Uncommitted",
] as const;

export const groups: GroupView[] = NAMES.map((name) => ({ key: name.toLowerCase(), name, fullName: name }));

export const precinct: PrecinctView = {
  number: 1234, id: "polk-dm-055", name: "Des Moines 55", county: "Polk County", kind: "precinct", delegates: 14,
};

const STEPS: Step[] = [
  "attendance", "firstAlignment", "realignment", "finalAlignment", "delegates", "check", "attest", "sign",
];

export const first = [0, 47, 0, 166, 0, 3, 53, 0, 191, 3, 168, 65, 0, 8];
export const final = [0, 0, 0, 220, 0, 0, 0, 0, 246, 0, 206, 0, 0, 31];
export const delegates = [0, 0, 0, 5, 0, 0, 0, 0, 5, 0, 4, 0, 0, 0];
const KINDS: CountKind[] = ["firstAlignment", "finalAlignment", "delegates"];

/** A caucus with these counts (null: empty) at a step. */
export function caucus(step: Step, attendees: number | null, counts: (number | null)[][]): CaucusView {
  const viability = attendees === null ? null : Math.ceil((attendees * 15) / 100);
  const views = KINDS.map((kind, at) => {
    const values = counts[at] ?? [];
    const cells: CountCell[] = groups.map((_, group) => {
      const value = values[group] ?? null;
      const judged = value !== null && viability !== null && kind !== "delegates";
      return {
        value,
        viable: judged ? value >= viability : null,
        short: judged && value < viability ? viability - value : null,
      };
    });
    return { kind, cells, sum: cells.reduce((sum, { value }) => sum + (value ?? 0), 0), empty: cells.filter(({ value }) => value === null).length };
  });
  const expected = [attendees, views[0]?.empty === 0 ? views[0].sum : null, 14];
  const withExpected = views.map((view, at) => ({ ...view, expected: expected[at] ?? null }));
  return {
    precinct,
    room: "official",
    step,
    steps: STEPS.map((one) => ({ step: one, done: STEPS.indexOf(one) < STEPS.indexOf(step) })),
    cell: null,
    groups,
    counts: withExpected,
    attendees,
    earlyVotes: null,
    delegatesToElect: 14,
    viabilityNumber: viability,
    viabilityRule: { numerator: 3, denominator: 20 },
    award: null,
    ties: [],
    findings: [],
    passed: ["C01", "C02", "C03", "C05", "C06", "C07", "C08", "C09", "C10"],
    attestations: [{ who: { kind: "chair" }, said: null }, { who: { kind: "secretary" }, said: null }],
    missing: [
      ...(attendees === null ? [{ kind: "attendance" } as const] : []),
      ...withExpected.flatMap((view, count) =>
        view.empty === 0 ? [] : [{ kind: "groups" as const, count, groups: view.cells.flatMap(({ value }, group) => (value === null ? [group] : [])) }]),
    ],
    timer: null,
    correction: null,
    attendanceNeedsReason: false,
  };
}

export const award: AwardView = {
  delegates,
  rows: [
    { group: 3, people: 220, share: "4.3750", rounded: 4 },
    { group: 8, people: 246, share: "4.8920", rounded: 5 },
    { group: 10, people: 206, share: "4.0966", rounded: 4 },
  ],
  changes: [{ group: 3, gains: true, byLot: false }],
};

export const tie: TieView = { groups: [3, 10], seats: 1, gains: true, method: "coin", drawn: null };

const finding = (rule: string, variant: string, severity: FindingView["severity"], group: number | null, numbers: number[], steps: Step[]): FindingView =>
  ({ key: group === null ? rule : `${rule}:${group.toString()}`, rule, variant, severity, group, otherGroup: rule === "C10" ? 10 : null, numbers, steps, acknowledged: null });

export const findings: FindingView[] = [
  finding("C02", "found", "impossible", null, [141, 139], ["finalAlignment", "firstAlignment"]),
  finding("C06", "differs", "unusual", null, [...delegates.map((n, at) => (at === 3 ? 6 : at === 10 ? 3 : n)), ...delegates], ["delegates", "finalAlignment"]),
  finding("C04", "found", "note", 13, [31, 106], ["finalAlignment"]),
];

export const report: ReportView = {
  id: "ab".repeat(32),
  precinct,
  room: "official",
  revision: 1,
  supersedes: null,
  supersededBy: null,
  signedMs: 1_580_785_620_000,
  phrase: "maple orbit canyon",
  attendees: 704,
  groups,
  countKinds: KINDS,
  counts: [first, final, delegates],
  standing: { state: "savedHere" },
  skewS: null,
  worksheet: false,
  released: null,
  question: null,
};

/** An unlocked tablet with nothing open. */
export const home: View = {
  appVersion: "0.1.0",
  language: "en",
  textScale: 100,
  highContrast: false,
  host: { saveFile: true },
  lock: { state: "unlocked", wrongTries: 0, waitMs: 0 },
  package: {
    title: "Iowa Democratic caucuses 2020", date: "2020-02-03", party: "Iowa Democratic Party", number: 3, fingerprint: "3f9a12c4",
    hotline: "515-555-0134", pinned: true,
    reasons: [
      { code: "recount", label: "Recounted" }, { code: "people-left", label: "People left" },
      { code: "announced-so", label: "It was announced so" }, { code: "signed-so", label: "It was signed so" }, { code: "other", label: "Another reason" },
    ],
  },
  precincts: [precinct],
  firstRoom: "official",
  network: { state: "silent", trying: false, nextTryMs: 40_000, waiting: 1 },
  caucus: null,
  caucuses: [],
  reports: [],
  carried: [],
  notices: [],
};

/** A QR of this many modules; no code, only its look. */
export function qr(modules: number): string[] {
  return Array.from({ length: modules }, (_, y) => Array.from({ length: modules }, (_, x) => ((x * y + x + y) % 3 === 0 ? "1" : "0")).join(""));
}
