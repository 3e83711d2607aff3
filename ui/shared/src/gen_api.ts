// Generated from device/src/api.rs by `make bindings`. Do not edit.

export type Language = "en" | "es";

export type RoomName = "official" | "rehearsal";

export type Key = "d0" | "d1" | "d2" | "d3" | "d4" | "d5" | "d6" | "d7" | "d8" | "d9" | "delete" | "clear" | "minus" | "plus";

export type Cell = { "kind": "attendees" } | { "kind": "count", 
/**
 * Index into [`CaucusView::counts`].
 */
count: number, 
/**
 * Index into [`CaucusView::groups`] (ballot order).
 */
group: number, };

export type Step = "attendance" | "firstAlignment" | "realignment" | "finalAlignment" | "delegates" | "check" | "attest" | "sign";

export type Attester = { "kind": "chair" } | { "kind": "secretary" } | { "kind": "captain", 
/**
 * Index in ballot order.
 */
group: number, };

export type ReasonChoice = { 
/**
 * One of [`PackageView::reasons`].
 */
code: string, 
/**
 * Only with the code `other`: what everyone will be able to read.
 */
text?: string, };

export type Command = { "cmd": "view" } | { "cmd": "setLanguage", 
/**
 * The new language.
 */
language: Language, } | { "cmd": "setTextScale", 
/**
 * 100, 150 or 200.
 */
percent: number, } | { "cmd": "setContrast", 
/**
 * On or off.
 */
high: boolean, } | { "cmd": "previewInvitation", 
/**
 * 20 Crockford base-32 characters; spaces, dashes and case do not matter. Also the link of an invitation QR.
 */
code: string, } | { "cmd": "enrol", 
/**
 * As in `previewInvitation`.
 */
code: string, 
/**
 * Six digits.
 */
pin: string, } | { "cmd": "unlock", 
/**
 * Six digits.
 */
pin: string, } | { "cmd": "lock" } | { "cmd": "openCaucus", 
/**
 * The precinct's number in the package.
 */
precinct: number, 
/**
 * The room.
 */
room: RoomName, } | { "cmd": "closeCaucus" } | { "cmd": "press", 
/**
 * The cell it goes to.
 */
cell: Cell, 
/**
 * The key.
 */
key: Key, } | { "cmd": "chooseCell", 
/**
 * The cell.
 */
cell: Cell, } | { "cmd": "nobodyInTheRest", 
/**
 * Index into [`CaucusView::counts`].
 */
count: number, } | { "cmd": "takeComputedDelegates" } | { "cmd": "goTo", 
/**
 * The step.
 */
step: Step, } | { "cmd": "startTimer", 
/**
 * Length in seconds, 60 to 3600.
 */
seconds: number, } | { "cmd": "stopTimer" } | { "cmd": "explainAttendance", 
/**
 * Why.
 */
reason: ReasonChoice, } | { "cmd": "drawLot", 
/**
 * Index into [`CaucusView::ties`].
 */
tie: number, 
/**
 * Groups (ballot index) that the lot favoured; as many as the tie has seats.
 */
winners: Array<number>, 
/**
 * How it was drawn.
 */
method: LotMethod, 
/**
 * Who drew: a role, no name.
 */
drawnBy: LotDrawer, } | { "cmd": "undrawLot", 
/**
 * Index into [`CaucusView::ties`].
 */
tie: number, } | { "cmd": "acknowledge", 
/**
 * [`FindingView::key`].
 */
finding: string, 
/**
 * Why.
 */
reason: ReasonChoice, } | { "cmd": "unacknowledge", 
/**
 * [`FindingView::key`].
 */
finding: string, } | { "cmd": "attest", 
/**
 * Who.
 */
who: Attester, 
/**
 * Why they object.
 */
objection?: ReasonChoice, } | { "cmd": "unattest", 
/**
 * Who.
 */
who: Attester, } | { "cmd": "sign", 
/**
 * Six digits.
 */
pin: string, } | { "cmd": "reply", 
/**
 * [`QuestionView::id`].
 */
question: string, 
/**
 * Why they stand.
 */
reason: ReasonChoice, 
/**
 * Six digits.
 */
pin: string, } | { "cmd": "beginCorrection", 
/**
 * [`ReportView::id`].
 */
report: string, 
/**
 * Why.
 */
reason: ReasonChoice, } | { "cmd": "dropCorrection" } | { "cmd": "rehearseAgain", 
/**
 * The precinct's number in the package.
 */
precinct: number, } | { "cmd": "compareWorksheet", 
/**
 * [`ReportView::id`].
 */
report: string, } | { "cmd": "handOff", 
/**
 * [`ReportView::id`].
 */
report: string, } | { "cmd": "saveHandOff", 
/**
 * [`ReportView::id`].
 */
report: string, } | { "cmd": "importHandOff", 
/**
 * The link that the QR holds.
 */
link?: string, 
/**
 * A `.countersign` file or a picture (PNG, JPEG) of the QR, in base 64, at most 8 MiB decoded.
 */
file?: string, } | { "cmd": "syncNow" } | { "cmd": "preflight" } | { "cmd": "dismiss", 
/**
 * [`NoticeView::id`].
 */
notice: string, };

export type Answer = { "answer": "view", 
/**
 * The state.
 */
view: View, } | { "answer": "invitation", 
/**
 * The precinct.
 */
precinct: PrecinctView, 
/**
 * This tablet already holds this invitation.
 */
alreadyHere: boolean, } | { "answer": "handOff", 
/**
 * `HTTPS://HOST/C/…`, upper case.
 */
link: string, 
/**
 * The QR, row by row, `1` for dark; without quiet zone.
 */
qr: Array<string>, 
/**
 * A name for the file.
 */
fileName: string, } | { "answer": "saved", 
/**
 * The path as the person knows it.
 */
path: string | null, } | { "answer": "worksheet", 
/**
 * Every cell.
 */
cells: Array<WorksheetCell>, 
/**
 * How many cells differ.
 */
differing: number, } | { "answer": "preflight", 
/**
 * Line by line.
 */
items: Array<PreflightItem>, };

export type WorksheetCell = { 
/**
 * Which cell.
 */
cell: Cell, 
/**
 * What the worksheet says.
 */
worksheet: number, 
/**
 * What was reported.
 */
reported: number, };

export type PreflightItem = { 
/**
 * What was looked at.
 */
what: PreflightSubject, 
/**
 * How it is.
 */
good: boolean, 
/**
 * A figure to show beside it (a size, a version, a skew in seconds); plain text, no sentence.
 */
detail: string, };

export type PreflightSubject = "storage" | "clock" | "package" | "server" | "app";

export type View = { 
/**
 * Version of the app.
 */
appVersion: string, 
/**
 * Chosen language.
 */
language: Language, 
/**
 * 100, 150 or 200.
 */
textScale: number, 
/**
 * High-contrast theme.
 */
highContrast: boolean, 
/**
 * What this host can do besides the commands.
 */
host: HostView, 
/**
 * The PIN's state.
 */
lock: LockView, 
/**
 * The contest this tablet knows; absent until a package has come.
 */
package: PackageView | null, 
/**
 * Precincts this tablet may report for, in the order of their invitations.
 */
precincts: Array<PrecinctView>, 
/**
 * Which room stands first on the home screen (`official` from the caucus date on).
 */
firstRoom: RoomName, 
/**
 * The connection.
 */
network: NetworkView, 
/**
 * The open draft.
 */
caucus: CaucusView | null, 
/**
 * Drafts and reports, newest first, without those put away by "Rehearse again".
 */
caucuses: Array<CaucusSummary>, 
/**
 * Reports signed here, newest first.
 */
reports: Array<ReportView>, 
/**
 * Reports carried for other tablets, newest first.
 */
carried: Array<CarriedView>, 
/**
 * Messages from headquarters that were not dismissed.
 */
notices: Array<NoticeView>, };

export type HostView = { 
/**
 * It can ask where to write a file.
 */
saveFile: boolean, };

export type LockView = { "state": "noPin" } | { "state": "locked", 
/**
 * Wrong tries in a row so far.
 */
wrongTries: number, 
/**
 * Milliseconds from this view until the next try is possible; 0 when it is.
 */
waitMs: number, } | { "state": "unlocked", 
/**
 * Wrong tries in a row so far.
 */
wrongTries: number, 
/**
 * Milliseconds from this view until the next try is possible; 0 when it is.
 */
waitMs: number, };

export type PackageView = { 
/**
 * Title of the contest.
 */
title: string, 
/**
 * Caucus day, ISO 8601.
 */
date: string, 
/**
 * The party.
 */
party: string, 
/**
 * Number of the package.
 */
number: number, 
/**
 * First characters of its SHA-256, for the help screen ("rules 3f9a…").
 */
fingerprint: string, 
/**
 * The hotline's number.
 */
hotline: string, 
/**
 * Reason codes, `other` last.
 */
reasons: Array<ReasonView>, 
/**
 * It was pinned by the installer.
 */
pinned: boolean, };

export type ReasonView = { 
/**
 * The code.
 */
code: string, 
/**
 * Its text in the chosen language.
 */
label: string, };

export type PlaceKind = "precinct" | "satellite";

export type PrecinctView = { 
/**
 * Number in the package.
 */
number: number, 
/**
 * Stable id, such as `polk-dm-055`.
 */
id: string, 
/**
 * Name as people say it.
 */
name: string, 
/**
 * County or satellite pool.
 */
county: string, 
/**
 * Kind of place.
 */
kind: PlaceKind, 
/**
 * Delegates it elects; absent for a satellite until attendance is known.
 */
delegates: number | null, };

export type NetworkView = { 
/**
 * What the last attempt met.
 */
state: NetworkState, 
/**
 * An attempt is under way.
 */
trying: boolean, 
/**
 * Milliseconds from this view until the next attempt; absent when there is nothing to do or one is under way.
 */
nextTryMs: number | null, 
/**
 * Messages waiting for a receipt.
 */
waiting: number, };

export type NetworkState = "unknown" | "online" | "refused" | "silent" | "portal" | "falseCertificate" | "serverTrouble";

export type CaucusSummary = { 
/**
 * Precinct number.
 */
precinct: number, 
/**
 * Room.
 */
room: RoomName, 
/**
 * Step of an unsigned draft.
 */
draftStep: Step | null, 
/**
 * The draft corrects a report.
 */
correcting: boolean, 
/**
 * [`ReportView::id`] of the newest report.
 */
report: string | null, };

export type CaucusView = { 
/**
 * The precinct.
 */
precinct: PrecinctView, 
/**
 * The room.
 */
room: RoomName, 
/**
 * Where the person is.
 */
step: Step, 
/**
 * The steps of this caucus, in order.
 */
steps: Array<StepView>, 
/**
 * The chosen cell.
 */
cell: Cell | null, 
/**
 * Groups in ballot order.
 */
groups: Array<GroupView>, 
/**
 * Counts in the contest's order.
 */
counts: Array<CountView>, 
/**
 * People in the room; absent while empty.
 */
attendees: number | null, 
/**
 * Early votes of the precinct, which rules and checks count with the room's; absent where there are none.
 */
earlyVotes: EarlyVotesView | null, 
/**
 * Delegates to elect with this attendance.
 */
delegatesToElect: number | null, 
/**
 * People a group needs to be viable; absent where viability does not apply (one delegate) or attendance is empty.
 */
viabilityNumber: number | null, 
/**
 * The same as a fraction of the attendees, for the sentence under the question.
 */
viabilityRule: FractionView | null, 
/**
 * The delegate rule's working.
 */
award: AwardView | null, 
/**
 * Ties that a lot settles, with the lots recorded.
 */
ties: Array<TieView>, 
/**
 * What does not add up, worst first.
 */
findings: Array<FindingView>, 
/**
 * Checks that passed, by id (`C01`).
 */
passed: Array<string>, 
/**
 * Who has to attest, and what they said.
 */
attestations: Array<AttestationView>, 
/**
 * What is missing before it can be signed.
 */
missing: Array<Missing>, 
/**
 * The realignment timer.
 */
timer: TimerView | null, 
/**
 * The correction this draft is.
 */
correction: CorrectionView | null, 
/**
 * Attendance was changed after first alignment was begun and nobody has said why yet.
 */
attendanceNeedsReason: boolean, };

export type EarlyVotesView = { 
/**
 * People who voted early.
 */
attendees: number, 
/**
 * One list for each count, each with a number for each group; no delegates among them.
 */
counts: Array<Array<number>>, };

export type StepView = { 
/**
 * The step.
 */
step: Step, 
/**
 * Nothing is missing in it.
 */
done: boolean, };

export type GroupView = { 
/**
 * Stable key, such as `sanders`.
 */
key: string, 
/**
 * Short name for lists, in the chosen language.
 */
name: string, 
/**
 * Full name, in the chosen language.
 */
fullName: string, };

export type CountKind = "firstAlignment" | "finalAlignment" | "delegates";

export type CountView = { 
/**
 * What it counts.
 */
kind: CountKind, 
/**
 * One cell for each group.
 */
cells: Array<CountCell>, 
/**
 * Sum of the cells that are filled.
 */
sum: number, 
/**
 * What the sum is compared with: attendees, the first alignment's sum, the delegates to elect.
 */
expected: number | null, 
/**
 * Empty cells.
 */
empty: number, };

export type CountCell = { 
/**
 * Absent while empty: empty is not zero.
 */
value: number | null, 
/**
 * The group is viable with this number and its early votes; absent where viability does not apply or the cell is empty.
 */
viable: boolean | null, 
/**
 * How many are short of viability.
 */
short: number | null, };

export type FractionView = { 
/**
 * Numerator.
 */
numerator: number, 
/**
 * Denominator, not 0.
 */
denominator: number, };

export type AwardView = { 
/**
 * Delegates for each group; absent while a tie is not settled, or where the counts do not say (majority rule).
 */
delegates: Array<number> | null, 
/**
 * Row by row.
 */
rows: Array<AwardRow>, 
/**
 * Changes after rounding, in order.
 */
changes: Array<AwardChange>, };

export type AwardRow = { 
/**
 * Ballot index.
 */
group: number, 
/**
 * People at final alignment.
 */
people: number, 
/**
 * Exact share as a decimal text with four places, such as `4.8721`.
 */
share: string, 
/**
 * After rounding half up, at least one for a viable group.
 */
rounded: number, };

export type AwardChange = { 
/**
 * Ballot index.
 */
group: number, 
/**
 * Given (`true`) or taken.
 */
gains: boolean, 
/**
 * A lot decided it.
 */
byLot: boolean, };

export type LotMethod = "coin" | "highCard" | "other";

export type LotDrawer = "chair" | "secretary" | "captain";

export type TieView = { 
/**
 * Groups in the tie (ballot index).
 */
groups: Array<number>, 
/**
 * How many of them the lot favours.
 */
seats: number, 
/**
 * Favoured groups gain a delegate (`true`), or those not favoured lose one (`false`).
 */
gains: boolean, 
/**
 * The method of the contest's rules.
 */
method: LotMethod, 
/**
 * Recorded outcome.
 */
drawn: LotView | null, };

export type LotView = { 
/**
 * Favoured groups.
 */
winners: Array<number>, 
/**
 * How.
 */
method: LotMethod, 
/**
 * Who drew.
 */
drawnBy: LotDrawer, };

export type Severity = "impossible" | "unusual" | "note";

export type FindingView = { 
/**
 * Stable while the same thing is wrong: `C03:4`. An acknowledgement belongs to it and falls away when its numbers change.
 */
key: string, 
/**
 * `C01` … `C10`.
 */
rule: string, 
/**
 * Which of the rule's sentences: `C01` has `more` and `fewer`, `C06` `differs`, `C07` `delegatesWithoutPeople` and `viableWithoutDelegate`, `C08` `missing` and `needless`; else `found`.
 */
variant: string, 
/**
 * How bad.
 */
severity: Severity, 
/**
 * Group concerned (ballot index).
 */
group: number | null, 
/**
 * Second group concerned (C10).
 */
otherGroup: number | null, 
/**
 * The numbers that disagree, in the order of the sentence: what was entered first, what it should be second.
 */
numbers: Array<number>, 
/**
 * Step where it can be corrected, the likeliest first.
 */
steps: Array<Step>, 
/**
 * The reason given.
 */
acknowledged: ReasonChoice | null, };

export type AttestationView = { 
/**
 * Who.
 */
who: Attester, 
/**
 * `None`: not asked yet.
 */
said: AttestationSaid | null, };

export type AttestationSaid = { "kind": "standsBy" } | { "kind": "objects", 
/**
 * Why.
 */
reason: ReasonChoice, };

export type Missing = { "kind": "attendance" } | { "kind": "groups", 
/**
 * Index into [`CaucusView::counts`].
 */
count: number, 
/**
 * Ballot indices.
 */
groups: Array<number>, } | { "kind": "lot", 
/**
 * Index into [`CaucusView::ties`].
 */
tie: number, } | { "kind": "reason", 
/**
 * [`FindingView::key`].
 */
finding: string, } | { "kind": "attendanceReason" } | { "kind": "attestation", 
/**
 * Who.
 */
who: Attester, };

export type TimerView = { 
/**
 * Milliseconds left at this view; 0 when it has run out.
 */
leftMs: number, 
/**
 * Its whole length in milliseconds.
 */
lengthMs: number, 
/**
 * It runs.
 */
running: boolean, };

export type CorrectionView = { 
/**
 * [`ReportView::id`] of the report it replaces.
 */
supersedes: string, 
/**
 * Revision it will have.
 */
revision: number, 
/**
 * Why.
 */
reason: ReasonChoice, 
/**
 * Cells that differ from the report it replaces.
 */
changed: Array<Cell>, };

export type Standing = { "state": "savedHere" } | { "state": "countersigned", 
/**
 * Index in the log.
 */
logIndex: number, 
/**
 * Server time of the entry.
 */
enteredMs: number, } | { "state": "held", 
/**
 * Stable code.
 */
reason: HeldReason, } | { "state": "refused", 
/**
 * Stable code.
 */
reason: RefusedReason, };

export type HeldReason = "revoked-key" | "log-mismatch" | "unknown";

export type RefusedReason = "not-canonical" | "bad-signature" | "wrong-contest" | "wrong-room" | "wrong-precinct" | "unknown-package" | "invitation-not-valid" | "over-limit" | "wrong-supersedes" | "question-closed" | "other";

export type ReportView = { 
/**
 * Its id: SHA-256 of the signed bytes, 64 lower-case hexadecimal digits.
 */
id: string, 
/**
 * The precinct.
 */
precinct: PrecinctView, 
/**
 * The room.
 */
room: RoomName, 
/**
 * 1 for the first.
 */
revision: number, 
/**
 * The report it replaces.
 */
supersedes: string | null, 
/**
 * The report that replaces it.
 */
supersededBy: string | null, 
/**
 * Device time of the signature.
 */
signedMs: number, 
/**
 * Three words.
 */
phrase: string, 
/**
 * People who attended.
 */
attendees: number, 
/**
 * Groups in ballot order.
 */
groups: Array<GroupView>, 
/**
 * What each count counts.
 */
countKinds: Array<CountKind>, 
/**
 * The numbers, by count and group.
 */
counts: Array<Array<number>>, 
/**
 * Where it stands.
 */
standing: Standing, 
/**
 * Server time less device time at the receipt, in seconds, where it is more than a minute.
 */
skewS: bigint | null, 
/**
 * A worksheet is known to compare it with (rehearsal).
 */
worksheet: boolean, 
/**
 * What headquarters released of the precinct, beside this report; absent while nothing is, or where another report
 * replaced this one.
 */
released: ReleasedView | null, 
/**
 * What headquarters asks about it, or asked and was replied to here; absent where another report replaced it.
 */
question: QuestionView | null, };

export type ReleasedView = { 
/**
 * Name of the release.
 */
name: string, 
/**
 * When it took effect (server time).
 */
atMs: number, 
/**
 * The cells that are not as signed; none where all are.
 */
differs: Array<ReleasedCell>, };

export type ReleasedCell = { 
/**
 * Which cell.
 */
cell: Cell, 
/**
 * What was signed here.
 */
signed: number, 
/**
 * What was released.
 */
released: number, };

export type QuestionView = { 
/**
 * Its id.
 */
id: string, 
/**
 * When it was asked (server time).
 */
atMs: number, 
/**
 * What is asked, in the words of headquarters: 1 to 200 characters.
 */
words: string, 
/**
 * Checks that it is about; none where only the words say what is asked.
 */
findings: Array<AskedFinding>, 
/**
 * The reply that was signed here; absent while none was.
 */
reply: ReplyView | null, };

export type AskedFinding = { 
/**
 * Its id: `C01` to `C10`, `H01` to `H05`.
 */
check: string, 
/**
 * The group it concerns, by ballot index.
 */
group: number | null, };

export type ReplyView = { 
/**
 * Why they stand.
 */
reason: ReasonChoice, 
/**
 * Where the reply stands.
 */
standing: Standing, };

export type CarriedView = { 
/**
 * Report id.
 */
id: string, 
/**
 * The precinct, where the package knows it.
 */
precinct: PrecinctView | null, 
/**
 * The room.
 */
room: RoomName, 
/**
 * Where it stands.
 */
standing: Standing, };

export type NoticeView = { 
/**
 * Its id.
 */
id: string, 
/**
 * What kind.
 */
kind: NoticeKind, 
/**
 * The precinct it is about.
 */
precinct: PrecinctView | null, 
/**
 * Words of headquarters, where there are any.
 */
text: string | null, 
/**
 * When it came (server time).
 */
atMs: number, };

export type NoticeKind = "revocation" | "logBegunAgain" | "unknown";

export type Problem = { 
/**
 * The code: the screens choose their words by it and by nothing else.
 */
code: ProblemCode, 
/**
 * Trying the same again can help.
 */
retry: boolean, 
/**
 * For `pinWrong` and `pinWait`: milliseconds until the next try.
 */
waitMs?: number, };

export type ProblemCode = "pinWrong" | "pinWait" | "pinFormat" | "locked" | "codeFormat" | "codeSlip" | "codeOtherContest" | "noPackage" | "packageRefused" | "noInvitation" | "noDraft" | "numberTooLarge" | "notComplete" | "reasonFormat" | "notPossibleNow" | "handOffUnreadable" | "notWrittenThere" | "diskFull" | "readOnly" | "databaseDamaged" | "databaseNewer" | "internal";
