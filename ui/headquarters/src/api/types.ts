import type { LotDrawer, LotMethod } from "@countersign/shared/gen_api";

/** What the server says and takes under `/hq/api`. Ids are hex, times milliseconds since the Unix epoch, precincts numbers in the package. */

export const ROLES = ["admin", "operator", "reviewer", "release-manager", "observer"] as const;
export type Role = (typeof ROLES)[number];

export type RoomName = "official" | "rehearsal";

export const COUNT_KINDS = ["firstAlignment", "finalAlignment", "delegates"] as const;
export type CountKind = (typeof COUNT_KINDS)[number];

export interface Contest {
  id: string;
  name: string;
  groups: { name: string; viable_kind: boolean }[];
  counts: CountKind[];
  counties: string[];
  /** Why a secretary may say that numbers stand, or were corrected. */
  reasons: { code: string; label: Sentence }[];
  window_minutes: number;
  precincts_total: number;
}

export interface Session {
  person: number;
  name: string;
  role: Role;
  csrf: string;
  expires_ms: number;
  /** Printed one-time codes that are left. */
  codes_left: number;
  /** Passkeys that may take their place. */
  passkeys: number;
  contest: Contest;
}

/** How one may sign in beside the password. */
export interface Ways {
  /** The address at which passkeys are good; absent where the server has none. */
  passkey_origin: string | null;
}

/** What somebody has to sign in with. */
export interface OwnSignIn extends Ways {
  passkeys: Passkey[];
  /** Most passkeys of a person. */
  most: number;
  codes_left: number;
}

export interface Passkey {
  passkey: number;
  name: string;
  added_ms: number;
  used_ms: number | null;
}

/** What an authenticator signs, for which host, and how long it may take. Bytes are base64url without padding, here and below. */
export interface PasskeyChallenge {
  challenge: string;
  host: string;
  time_ms: number;
}

/** What a browser needs to have a passkey made. */
export interface PasskeyMaking extends PasskeyChallenge {
  user: string;
  name: string;
  /** COSE's numbers, the preferred first. */
  algorithms: number[];
  known: string[];
}

export interface MadePasskey {
  client_data: string;
  attestation: string;
}

export interface ShownPasskey {
  id: string;
  client_data: string;
  authenticator_data: string;
  signature: string;
  user: string | null;
}

/** What somebody signs in with beside their password. */
export type Second = { code: string } | { passkey: ShownPasskey };

/** In the order of the way. */
export const STANDINGS = [
  "missing", "inConflict", "setAside", "flagged", "consistent", "verified", "released", "corrected", "reopened",
] as const;
export type Standing = (typeof STANDINGS)[number];

/** A precinct on the board. */
export interface Row {
  number: number;
  id: string;
  name: string;
  /** Index into the contest's counties. */
  county: number;
  standing: Standing;
  /** Names of its findings, open and answered: `C02`, `C03:4`, `H03`. */
  flags: string[];
  /** Impossible findings that nobody answered. */
  open: number;
  reports: number;
  last_ms: number | null;
  /** Objections without an answer. */
  objections: number;
  /** When the oldest open question was asked to those who signed. */
  asked_ms: number | null;
}

export interface Stop {
  id: string;
  /** Null where two people withheld it, for campaigns; so it is with the words below. */
  why: string | null;
  minutes: number;
  person: number;
  entered_ms: number;
  approved_ms: number | null;
  until_ms: number | null;
  ended: boolean;
}

/** The first one holds every precinct, later ones those that changed. */
export interface BoardEvent {
  log_size: number;
  now_ms: number;
  open: boolean;
  stopped: Stop | null;
  totals: Record<Standing, number>;
  held: number;
  /** Inquiries of campaigns that wait for a response. */
  inquiries: number;
  /** Messages that two people withheld; those that still wait for the second. */
  withheld: { message: string; waits: boolean }[];
  reports_last_10_min: number;
  reports_total: number;
  precincts: Row[];
}

export const CHANNELS = ["tablet", "hotline", "paper", "transcription"] as const;
export type Channel = (typeof CHANNELS)[number];
export type TypedChannel = Exclude<Channel, "tablet">;

export interface Source {
  report: string;
  channel: Channel;
  /** First digits of the invitation of the tablet that signed it; null of what a person typed. */
  invitation: string | null;
  person: number | null;
  revision: number;
  /** Its entry in the log, by which findings tell it from others of its channel. */
  entry: number;
  entered_ms: number;
  /** No received report of its key replaces it. */
  is_head: boolean;
  superseded_by: string | null;
  phrase: string;
  attendees: number;
  counts: number[][];
  /** Ties that its room settled by lot. */
  lots: TypedLot[];
  /** Delegates that the rules give for these counts. */
  by_the_rules: number[] | null;
  /** A captain objected when the room attested. */
  objected: boolean;
}

export const SEVERITIES = ["impossible", "unusual", "note"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A sentence of the server in both languages. */
export type Sentence = Readonly<Record<"en" | "es", string>>;

export interface Finding {
  name: string;
  severity: Severity;
  sentence: Sentence;
  /** What would settle it. */
  evidence: Sentence;
  /** The decision that answers it. */
  answered: string | null;
  /** `count`: index into the contest's counts, null for the attendees; `group`: ballot index, null for all of the count. */
  cells: { count: number | null; group: number | null }[];
}

/** The strongest first. */
export const EVIDENCE = ["cards", "sheet", "report"] as const;
export type Evidence = (typeof EVIDENCE)[number];

export interface Decision {
  id: string;
  entered_ms: number;
  person: number;
  report: string | null;
  evidence: Evidence;
  why: string;
  answers: string[];
}

export const LAYERS = ["night", "corrected", "recanvass", "recount", "certified"] as const;
export type Layer = (typeof LAYERS)[number];

export const CAUSES = ["precinct", "typing", "sheet", "batch", "objection", "recanvass", "recount"] as const;
export type Cause = (typeof CAUSES)[number];

export const OBJECTION_REASONS = ["not-as-announced", "not-by-the-rules", "not-as-on-the-sheet", "conduct", "other"] as const;
export type ObjectionReason = (typeof OBJECTION_REASONS)[number];

export const OUTCOMES = ["stands", "corrected", "left-out"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Objection {
  id: string;
  preview: number;
  precinct: number;
  person: number;
  reason: string;
  why: string | null;
  /** SHA-256 of the file that the observer has as evidence. */
  evidence: string | null;
  entered_ms: number;
  answer: { id: string; outcome: string; why: string | null; person: number } | null;
}

/** What closed a question: the numbers stand, another report of the tablet took their place, or headquarters decided. */
export const CLOSED = ["replied", "corrected", "decided"] as const;
export type Closed = (typeof CLOSED)[number];

/** What those who signed a report were asked. */
export interface Question {
  id: string;
  person: number;
  entered_ms: number;
  report: string;
  findings: string[];
  words: string;
  /** Null while it is open. */
  closed: Closed | null;
  /** `reason`: a code of the contest's reasons. */
  reply: { id: string; entered_ms: number; reason: string; text: string | null } | null;
}

export interface Precinct {
  row: Row;
  delegates_to_elect: number | null;
  sources: Source[];
  /** The report that counts. */
  candidate: string | null;
  findings: Finding[];
  decisions: Decision[];
  released: { release: string; name: string; layer: Layer; report: string } | null;
  previews: { number: number; name: string; report: string | null }[];
  objections: Objection[];
  /** In the order in which they were asked. */
  questions: Question[];
}

export interface Release {
  id: string;
  person: number;
  entered_ms: number;
  left_out: number[];
  approved_ms: number | null;
  approved_by: number | null;
  withdrawn: { id: string; why: string | null; person: number; approved_by: number; approved_ms: number } | null;
}

export interface Preview {
  id: string;
  number: number;
  name: string;
  layer: Layer;
  person: number;
  entered_ms: number;
  window_ends_ms: number;
  /** How many precincts it names. */
  precincts: number;
  /** Which ones, where the server says so. */
  numbers?: number[];
  /** Something looked wrong with all that was new, taken together. */
  was_warned: boolean;
  /** Why it was shown all the same. */
  despite: string | null;
  objections: Objection[];
  releases: Release[];
}

export const PENDING_KINDS = ["release", "withdraw", "stop", "end-of-stop", "withhold"] as const;
export type PendingKind = (typeof PENDING_KINDS)[number];

/** Something that waits for a second person. */
export interface Pending {
  id: string;
  kind: PendingKind;
  person: number;
  entered_ms: number;
  /** What is to be released, or whose release is to be withdrawn. */
  preview: { number: number; name: string } | null;
  /** How long a stop would last. */
  minutes: number | null;
  why: string | null;
  /** What is to be withheld. */
  message: string | null;
  mine: boolean;
}

export const COPY_DECISIONS = ["go-on", "stop"] as const;
export type CopyDecision = (typeof COPY_DECISIONS)[number];

/** What somebody else's copy of the results showed, and what was decided. */
export interface RecordedCopy {
  id: string;
  person: number;
  entered_ms: number;
  /** SHA-256 of the copy. */
  copy: string;
  whose: string | null;
  /** Null for what counted in each precinct then. `released`: as it was with the release of the preview. */
  with: { released: boolean; number: number; name: string } | null;
  precincts: number;
  cells: number;
  decision: string;
  why: string | null;
}

export interface Releases {
  now_ms: number;
  previews: Preview[];
  stops: Stop[];
  pending: Pending[];
  /** In the order in which they were recorded. */
  copies: RecordedCopy[];
  /** Why precincts are not ready, and how many. */
  not_ready: Record<string, number>;
}

/** What headquarters said to everyone. */
export interface Notice {
  id: string;
  person: number;
  entered_ms: number;
  words: string | null;
  /** By when the next word comes; null where nothing is promised. */
  next_ms: number | null;
}

/** What an observer asked headquarters, and what it said. */
export interface Inquiry {
  id: string;
  person: number;
  entered_ms: number;
  words: string | null;
  precinct: number | null;
  response: { id: string; person: number; entered_ms: number; words: string | null } | null;
}

export interface Inquiries {
  now_ms: number;
  /** In the order in which they were entered, as the inquiries. */
  notices: Notice[];
  inquiries: Inquiry[];
}

export interface HeldMessage {
  message: string;
  kind: string;
  precinct: number | null;
  /** Code of a refusal. */
  why: string;
  received_ms: number;
}

export interface Preparation {
  name: string;
  layer: Layer;
  precincts: number[] | null;
  cause: Cause | null;
}

/** A precinct that cannot be released as it is: the code of why, and the findings that have to be answered first. */
export interface NotReady {
  precinct: number;
  why: string;
  findings: string[];
}

export interface Prepared {
  preview: { number: number; precincts: number };
  not_ready: NotReady[];
  /** Precincts in the preview with an open question, which keeps none of them out. */
  asked: number[];
  /** Precincts in the preview whose released numbers it takes out. */
  taken_out: number[];
  of_the_batch: Sentence[];
}

/** Groups with an equal claim to delegates: a lot favours so many of them. */
export interface Tie {
  /** Ballot indices in rising order. */
  groups: number[];
  seats: number;
  /** Favoured groups gain a delegate; where false, those not favoured lose one. */
  gains: boolean;
}

/** A tie that the room settled by lot. */
export interface TypedLot {
  groups: number[];
  seats: number;
  winners: number[];
  method: LotMethod;
  drawn_by: LotDrawer;
}

/** The numbers of a report. */
export interface ReportFigures {
  attendees: number;
  counts: number[][];
}

export type Act =
  | { do: "decide"; precinct: number; report: string | null; evidence: Evidence; why: string; answers: string[]; override_stronger: boolean }
  | { do: "answer"; objection: string; outcome: Outcome; why: string }
  | { do: "admit"; message: string; why: string }
  | { do: "ask"; precinct: number; report: string; findings: string[]; words: string }
  | ({ do: "preview"; despite: string | null } & Preparation)
  | { do: "object"; preview: number; precinct: number; reason: ObjectionReason; why: string; evidence: string | null }
  | { do: "inquire"; words: string; precinct: number | null }
  | { do: "respond"; inquiry: string; words: string }
  | { do: "notify"; words: string; next_minutes: number | null }
  | { do: "release"; preview: number; left_out: number[] }
  | { do: "approve"; id: string }
  | { do: "withdraw"; release: string; why: string }
  | { do: "stop"; minutes: number; why: string }
  | { do: "resume"; stop: string; why: string }
  | { do: "withhold"; message: string; why: string }
  | ({ do: "report"; precinct: number; channel: TypedChannel; lots: TypedLot[]; supersedes: string | null } & ReportFigures);

/** What was signed and entered. */
export interface Entered {
  id: string;
  index: number;
  kind: string;
}
