// What happened, entry by entry: who may sign what, which report counts, what is in effect (docs/formats.md, "Review and
// release"). Messages that are not public are left out; nothing that is released may rest on them.

import * as messages from './messages.mjs';
import { hex } from './log.mjs';

const [ADMIN, OPERATOR, REVIEWER, MANAGER, OBSERVER] = [1, 2, 3, 4, 5];
/** Roles that may sign a kind, where nothing else decides. */
const MAY = {
  invitations: [ADMIN], revoke: [ADMIN], room: [ADMIN], admit: [REVIEWER], decision: [REVIEWER], answer: [REVIEWER],
  preview: [MANAGER], release: [MANAGER], withdraw: [MANAGER], stop: [MANAGER], objection: [OBSERVER], withhold: [ADMIN],
  approve: [ADMIN, MANAGER], act: [ADMIN, MANAGER], question: [REVIEWER, OPERATOR], inquiry: [OBSERVER], response: [REVIEWER, MANAGER],
  notice: [MANAGER],
};
/** Roles whose reports come by each channel. Channel 1 is a tablet's. */
const BY_CHANNEL = { 2: [OPERATOR], 3: [OPERATOR], 4: [REVIEWER] };

/** Kinds that are public only with a release of their precinct. */
export const WITH_RELEASE = ['enrolment', 'report', 'decision', 'question', 'reply'];

function ensure(holds, why) {
  if (!holds) throw new Error(why);
}

/** Everything that messages say, as of the last one that was entered. */
export class Night {
  packages = [];
  people = new Map(); // key id -> {number, role, key}
  invitations = new Map(); // key id -> precinct
  tablets = new Map(); // key id -> {key, precinct}
  enrolled = new Map(); // invitation's key id -> how many tablets
  revoked = new Set(); // key ids
  admitted = new Set(); // message ids
  reports = new Map(); // id -> {precinct, signer, attendees, counts, lots, superseded}
  decisions = new Map(); // precinct -> its last decision {id, report}
  evidence = new Map(); // id of a decision -> what it rests on
  typed = new Set(); // `<precinct> <person's number>`, of a report
  decided = new Set(); // the same, of a decision
  about = new Map(); // id of a decision, question, reply or report that was asked about -> precinct
  acts = new Map(); // id of a preview, release, withdrawal, stop or withholding -> {word, fields, person, time}
  releases = []; // in the order in which they took effect
  stops = [];
  withheld = new Set(); // message ids
  begun = null; // the act that began the log again, where one did, until the party's key is known
  carried = 0; // entries that were carried over, beside that act

  constructor(partyKeyId, room) {
    this.partyKeyId = partyKeyId;
    this.room = room;
  }

  get contest() {
    return this.packages.at(-1)?.contest;
  }

  /** Enters a message; throws, saying why, where it may not stand there. */
  enter(entry, message) {
    const word = messages.KINDS[message.kind];
    if (word === 'act' && entry.index === 0) return this.begin(message);
    const key = this.keyOf(word, message);
    const contest = word === 'package' ? message.fields.get(3) : this.contest;
    ensure(contest, 'comes before any package');
    messages.checkSignature(message, key, contest.get(1), this.room);
    ensure(!this.revoked.has(message.signer) || this.admitted.has(entry.id), 'is signed by a key that was revoked');
    const person = this.people.get(message.signer);
    ensure(!MAY[word] || MAY[word].includes(person?.role), 'is signed by somebody whose role it is not');
    ENTER[word]?.(this, { ...entry, word, fields: message.fields, signer: message.signer, person, message });
  }

  /** A log that was begun again: what stands in it up to what was carried over was in time before. */
  begin(message) {
    this.begun = message;
    this.carried = message.fields.get(1).get(4).get(1);
  }

  /** The party's key signed the people in the act that began the log again, and one of its admins the act. */
  checkBegun({ partyKey, contest }) {
    const people = messages.read(this.begun.fields.get(1).get(7), 2);
    messages.checkSignature(people, partyKey, contest.get(1), this.room);
    const admin = people.fields.get(1).find((one) => one.get(2) === ADMIN && messages.keyId(one.get(3)) === this.begun.signer);
    ensure(admin, 'follows an act that none of the party\'s admins signed');
    messages.checkSignature(this.begun, admin.get(3), contest.get(1), this.room);
    this.begun = null;
  }

  /** The key that a message has to be signed by. */
  keyOf(word, message) {
    if (word === 'package') return message.fields.get(2);
    if (word === 'enrolment') return message.fields.get(1).get(2);
    const party = message.signer === this.partyKeyId ? this.packages.at(-1)?.partyKey : undefined;
    const key = party ?? this.people.get(message.signer)?.key ?? this.tablets.get(message.signer)?.key;
    ensure(key, 'is signed by a key that nobody named');
    return key;
  }

  /** Whether every precinct was named by a release that took effect, so that nothing is kept back any more. */
  allReleased() {
    const named = new Set(this.releases.flatMap((release) => release.precincts.map((one) => one.precinct)));
    return this.contest.get(11).every((_, precinct) => named.has(precinct));
  }

  reportsOf(precinct) {
    return [...this.reports.values()].filter((report) => report.precinct === precinct);
  }

  /** The report that counts in a precinct: its last decision's, else the first in force if all in force carry the same numbers. */
  candidate(precinct) {
    const decision = this.decisions.get(precinct);
    if (decision) return decision.report;
    const heads = this.reportsOf(precinct).filter((report) => !report.superseded);
    const numbers = ({ attendees, counts }) => JSON.stringify([attendees, counts]);
    return heads.every((head) => numbers(head) === numbers(heads[0])) ? heads[0]?.id : undefined;
  }

  /** Throws unless a release may take effect now. */
  checkRelease(release, { index, time, person }) {
    const { preview } = release;
    const rules = this.contest.get(23);
    const window = (rules ? rules.get(1) : 30) * 60_000;
    ensure(index <= this.carried || time >= preview.time + window, 'approves a release before its preview was there for as long as the contest says');
    ensure(!this.stops.some((stop) => time < stop.until), 'approves a release while releases are stopped');
    ensure(!this.releases.some((other) => other.preview === preview), 'releases a preview twice');
    for (const { precinct, report, decision } of release.precincts) {
      const parts = [person, release.person].map(({ number }) => `${precinct} ${number}`);
      const had = parts.some((part) => this.typed.has(part) || this.decided.has(part));
      ensure(!had, `releases precinct ${precinct} by somebody who had part in its numbers`);
      const last = this.decisions.get(precinct);
      if (this.withheld.has(report) || this.withheld.has(decision)) continue;
      ensure(!report || this.reports.has(report), `releases a report of precinct ${precinct} that is not public`);
      ensure(decision === last?.id, `releases precinct ${precinct} without its last decision`);
      ensure(report === this.candidate(precinct), `releases a report of precinct ${precinct} that does not count`);
    }
  }
}

/** What each kind needs and changes, beside a good signature by somebody of the right role. */
const ENTER = {
  package(night, { id, fields, signer }) {
    ensure(signer === night.partyKeyId, 'is of another party');
    ensure(!night.contest || fields.get(1) > night.packages.at(-1).number, 'has a number that is not new');
    night.packages.push({ id, number: fields.get(1), partyKey: fields.get(2), contest: fields.get(3) });
    if (night.begun) night.checkBegun(night.packages[0]);
  },

  people(night, { fields, signer, person }) {
    for (const one of fields.get(1)) {
      const role = one.get(2);
      const byAdmin = person?.role === ADMIN && [OPERATOR, REVIEWER, OBSERVER].includes(role);
      ensure(signer === night.partyKeyId || byAdmin, 'names people whom its signer may not name');
      night.people.set(messages.keyId(one.get(3)), { number: one.get(1), role, key: one.get(3) });
    }
  },

  invitations(night, { fields }) {
    for (const one of fields.get(1)) night.invitations.set(messages.keyId(one.get(1)), one.get(2));
  },

  revoke(night, { fields }) {
    night.revoked.add(hex(fields.get(1)));
  },

  enrolment(night, { fields, signer, message }) {
    const request = fields.get(1), invitation = messages.keyId(request.get(1));
    ensure(night.invitations.get(invitation) === request.get(3), 'was not invited for its precinct');
    ensure(!night.revoked.has(invitation), 'rests on an invitation that was revoked');
    messages.checkGrant(message, night.contest.get(1), night.room);
    const tablets = (night.enrolled.get(invitation) ?? 0) + 1;
    ensure(tablets <= night.contest.get(20).get(3), 'is of more tablets than an invitation is for');
    night.enrolled.set(invitation, tablets);
    night.tablets.set(signer, { key: request.get(2), precinct: request.get(3) });
  },

  report(night, { id, fields, signer, person }) {
    const precinct = fields.get(2), channel = fields.get(12), counts = fields.get(7), supersedes = fields.get(4);
    const { contest } = night.packages.find((one) => one.id === hex(fields.get(1))) ?? {};
    ensure(contest, 'names a package that is not in the log');
    if (person) ensure(BY_CHANNEL[channel]?.includes(person.role), 'came by a channel that is not its signer\'s');
    else ensure(channel === 1 && night.tablets.get(signer)?.precinct === precinct, 'is of a precinct that its tablet was not invited for');
    const most = contest.get(20).get(1), groups = contest.get(6).length;
    ensure(counts.length === contest.get(7).length && counts.every((count) => count.length === groups), 'does not have the contest\'s counts');
    ensure([fields.get(6), ...counts.flat()].every((number) => number <= most), 'has a number above the contest\'s limit');
    if (supersedes) {
      const before = night.reports.get(hex(supersedes));
      if (before) {
        ensure(before.signer === signer && before.precinct === precinct, 'corrects a report of another key or precinct');
        before.superseded = true;
      }
    }
    if (person) {
      ensure(!night.decided.has(`${precinct} ${person.number}`), 'is typed by somebody who decided about its precinct');
      night.typed.add(`${precinct} ${person.number}`);
    }
    night.reports.set(id, { id, precinct, signer, attendees: fields.get(6), counts, lots: fields.get(8) });
  },

  admit(night, { fields }) {
    night.admitted.add(hex(fields.get(1)));
  },

  decision(night, { id, fields, person }) {
    const precinct = fields.get(1), report = fields.get(2) && hex(fields.get(2)), after = fields.get(6) && hex(fields.get(6));
    ensure(!night.typed.has(`${precinct} ${person.number}`), 'decides about a precinct whose report its signer typed');
    ensure(after === night.decisions.get(precinct)?.id, 'does not name the decision before it');
    ensure(!report || night.reports.get(report)?.precinct === precinct || night.withheld.has(report), 'decides for a report that is not its precinct\'s');
    night.decided.add(`${precinct} ${person.number}`);
    night.evidence.set(id, fields.get(3));
    night.decisions.set(precinct, { id, report });
    night.about.set(id, precinct);
  },

  question(night, { id, fields }) {
    for (const one of [id, hex(fields.get(2))]) night.about.set(one, fields.get(1));
  },

  reply(night, { id, fields }) {
    const precinct = night.about.get(hex(fields.get(1)));
    if (precinct !== undefined) night.about.set(id, precinct);
  },

  preview: keep,
  stop: keep,
  withhold: keep,

  release(night, act) {
    const preview = night.acts.get(hex(act.fields.get(1)));
    ensure(preview?.word === 'preview', 'releases what was no preview');
    const leftOut = act.fields.get(2);
    const named = preview.fields.get(4).map((one) => ({
      precinct: one.get(1), report: one.get(2) && hex(one.get(2)), decision: one.get(3) && hex(one.get(3)), cause: one.get(4),
    }));
    ensure(leftOut.every((precinct) => named.some((one) => one.precinct === precinct)), 'leaves out what its preview does not name');
    const precincts = named.filter((one) => !leftOut.includes(one.precinct));
    ensure(precincts.length > 0, 'leaves out everything');
    keep(night, { ...act, preview, precincts, name: preview.fields.get(2), layer: preview.fields.get(3) });
  },

  withdraw(night, act) {
    ensure(night.releases.some((release) => release.id === hex(act.fields.get(1)) && !release.withdrawn), 'withdraws what is not in effect');
    keep(night, act);
  },

  approve(night, approval) {
    const act = night.acts.get(hex(approval.fields.get(1))), { person } = approval;
    ensure(act && act.word !== 'preview', 'approves what needs no second person');
    ensure(!act.approved, 'approves once more');
    ensure(person.number !== act.person.number && approval.signer !== act.signer, `approves a ${act.word} of its own signer`);
    const byAdmin = ['stop', 'withhold'].includes(act.word);
    ensure(person.role === MANAGER || byAdmin, 'is signed by somebody whose role it is not');
    TAKES_EFFECT[act.word](night, act, approval);
    act.approved = true;
  },
};

/** What waits for a second person, or for a release. */
function keep(night, act) {
  night.acts.set(act.id, act);
}

/** What a second person's approval brings about. */
const TAKES_EFFECT = {
  release(night, release, approval) {
    night.checkRelease(release, approval);
    // A release keeps the rules of the newest package before its approval.
    night.releases.push({ ...release, number: night.releases.length + 1, effective: approval, contest: night.contest });
  },

  withdraw(night, act, approval) {
    const release = night.releases.find((one) => one.id === hex(act.fields.get(1)));
    ensure(!release.withdrawn, 'approves what is withdrawn already');
    release.withdrawn = { index: approval.index, time: approval.time, why: act.fields.get(2) };
  },

  stop(night, act, { time }) {
    const ended = act.fields.get(3) && hex(act.fields.get(3));
    const stop = night.stops.find((one) => one.id === ended && time < one.until);
    ensure(!ended || stop, 'ends a stop that is not in force');
    if (stop) stop.until = time;
    else night.stops.push({ id: act.id, until: time + act.fields.get(2) * 60_000 });
  },

  withhold(night, act) {
    night.withheld.add(hex(act.fields.get(1)));
  },
};
