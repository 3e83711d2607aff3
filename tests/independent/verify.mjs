#!/usr/bin/env node
// Works a night out again from its public files and the party key, sharing no line with Countersign itself.
//
// It was written from docs/formats.md and docs/rules.md, so that somebody can write a third one. `source.mjs` fetches, `cbor.mjs` and `log.mjs`
// read bytes, `messages.mjs` opens what is signed, `night.mjs` goes through the entries, `rules.mjs` and `results.mjs` work out what they
// give, `changes.mjs` what differs between two results; `published.mjs`, `compare.mjs` and `receipts.mjs` hold it against what is published.
// Once something was released, a host that takes files away does not get "Everything holds": what is not there is named, with exit code 3.
//
// CBOR maps have numbers for keys. So `contest.get(11)` is field 11 of the contest: its precincts. The numbers are those of docs/formats.md.

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { Difference } from './compare.mjs';
import { hex, openNote, readCheckpoint, readEntry, rootOf, sha256, splitBundle, tileLevels, tiles } from './log.mjs';
import { Night, WITH_RELEASE } from './night.mjs';
import * as messages from './messages.mjs';
import { comparePublished } from './published.mjs';
import { checkReceipts } from './receipts.mjs';
import { NotThere, Unreadable, inTurns, open } from './source.mjs';

const HELP = `Works a night out again from its public files: log, signatures, releases, results.

  node tests/independent/verify.mjs --party-key <KEY|FILE> <ADDRESS|FOLDER>

<ADDRESS|FOLDER>  a server's public address, or the folder that \`log export\` and \`export\` wrote, or its address
--party-key       the party key: its id in 32 hexadecimal digits, the key in 64, or a file that holds
                  one of them, or a package that you have from the party itself

Exit code 0 only when everything that it checks is there and holds; 1 when something does not hold, or is
there that ought not to be, and then the first thing is named; 2 when it cannot be read; 3 when what could be
compared holds, and something that was released ought to be there and is not: it is named as NOT COMPARED.
What it does not check it says at the end.`;

const ROOM = 'official';

/** Something that does not hold. */
class Wrong extends Error {}

/** Does what `action` does; what it throws is something that does not hold, about `what`. */
async function holds(what, action) {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    if (error instanceof Difference) throw new Wrong(error.message);
    throw new Wrong(`${what} ${error.message}`);
  }
}

async function main() {
  const options = { 'party-key': { type: 'string' }, help: { type: 'boolean', short: 'h' } };
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (positionals.length !== 1 || !values['party-key']) throw new Error(HELP);
  const source = await open(positionals[0], ROOM);
  const night = new Night(await partyKeyId(values['party-key']), ROOM);

  const { entries, note } = await readLog(source);
  const opened = await inTurns(entries, (entry) => openMessage(source, entry));
  const notPublic = await enterAll(night, entries, opened);
  const { origin, keys } = await holds('The checkpoint', () => checkHead(night, note));
  const published = await holds('What is published:', () => comparePublished(night, source.results, entries.at(-1).time));
  const receipts = await holds('What is published:', () => checkReceipts(entries, origin, keys, source.results, night));

  const withheld = notPublic.filter(({ id }) => night.withheld.has(id)).length;
  const withdrawn = night.releases.filter((release) => release.withdrawn).length;
  const left = [...published.left, ...briefly(receipts.left)];
  console.log(`${left.length > 0 ? notCompared(left, night) : 'Everything holds that this program checks.'}

The log: ${entries.length} entries give the root of the signed checkpoint; tiles are those of the entries.
Messages: ${entries.length - notPublic.length} are signed by whom they have to be, back to the party key; ${notPublic.length - withheld} are not public yet, ${withheld} withheld by two people.
Reports: ${night.reports.size}, of ${night.tablets.size} tablets and of people at headquarters.
Releases: ${night.releases.length} by two people each, ${withdrawn} of them withdrawn.
Results: ${published.cells} published cells are what the signed reports give; ${receipts.checked} receipts prove their entries.
${RULES[night.contest.get(8).get(1)]}
Not there: ${left.length > 0 ? 'what is named above' : 'nothing'}.
Not checked: ${NOT_CHECKED}`);
  return left.length > 0 ? 3 : 0;
}

/** Receipts that are not there: a few by name, many by their number. */
const briefly = (receipts) => (receipts.length > 5 ? [`${receipts.length} receipts, the first of them ${receipts[0]}`] : receipts);

/** What is said where files are not there of something that was released. */
function notCompared(left, night) {
  const witnesses = night.contest.has(26) ? `
A release waits for witnesses for up to 30 minutes after its approval, and its files are not there before: if the last one is as new, look again then.` : '';
  return `What could be compared holds. NOT COMPARED: ${left.join(', ')}.

Of what was released these ought to be there and are not. Ask whoever publishes for them; until they are there, nobody can tell what they say.${witnesses}`;
}

/** What is said of the delegates, by the contest's rule. */
const RULES = {
  1: 'Delegates by the rules were worked out from the counts by the rule of Iowa 2020.',
  2: 'Delegates by the rules were worked out from the counts by the rule of Nevada 2020.',
};
const NOT_CHECKED = `pages and NIST's form; rehearsals; witnesses; what the checks C01 to H05 find, and whether it was answered; of objections,
  questions, inquiries, notices and copies more than who signed them; that a log that was begun again follows the one before.`;

/** The party key's id, as somebody may have it. */
async function partyKeyId(given) {
  const bytes = /^[0-9a-f]+$/i.test(given) ? Buffer.from(given) : await readFile(given);
  const text = bytes.toString('latin1').trim().toLowerCase();
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  if (/^[0-9a-f]{64}$/.test(text)) return messages.keyId(Buffer.from(text, 'hex'));
  return messages.keyId(messages.read(bytes, 1).fields.get(2));
}

/** The entries, which give the root that the checkpoint says, and the checkpoint, whose signature is not checked yet. */
async function readLog(source) {
  const note = (await source.file(`log/${ROOM}/checkpoint`)).toString();
  const { size, root } = await holds('The checkpoint', () => readCheckpoint(note));
  const entries = [];
  for (const { path, width } of tiles(size)) {
    const bundle = await source.file(`log/${ROOM}/tile/entries/${path}`);
    await holds(`tile/entries/${path}`, () => {
      for (const bytes of splitBundle(bundle)) entries.push(readEntry(bytes, entries.length));
      if (entries.length % 256 !== width % 256) throw new Error('does not hold as many entries as it should');
    });
  }
  const ids = new Set();
  for (const [at, entry] of entries.entries()) {
    if (entry.time < entries[at - 1]?.time) throw new Wrong(`Entry ${at} is of an earlier time than the one before it`);
    if (ids.has(entry.id)) throw new Wrong(`${named(entry)} stands in the log twice`);
    ids.add(entry.id);
  }
  const leaves = entries.map((entry) => entry.leaf);
  for (const [level, hashes] of tileLevels(leaves).entries()) {
    for (const { path, from, width } of tiles(hashes.length)) {
      const name = `log/${ROOM}/tile/${level}/${path}`, tile = await source.file(name);
      const wrong = hashes.slice(from, from + width).findIndex((hash, at) => !hash.equals(tile.subarray(32 * at, 32 * at + 32)));
      if (wrong >= 0 || tile.length !== 32 * width) throw new Wrong(`${name}: hash ${wrong} is not what the entries give`);
    }
  }
  if (!rootOf(leaves).equals(root)) throw new Wrong('The entries do not give the root that the checkpoint says');
  return { entries, note };
}

const named = ({ index, kind, id }) => `Entry ${index}, ${messages.KINDS[kind]} ${id},`;

/** The message of an entry; `null` where it is not there. */
async function openMessage(source, entry) {
  try {
    const bytes = await source.message(entry.id);
    return await holds(named(entry), () => {
      if (hex(sha256(bytes)) !== entry.id) throw new Error('is not the message that was entered: its hash is another');
      return messages.read(bytes, entry.kind);
    });
  } catch (error) {
    if (error instanceof NotThere) return null;
    throw error;
  }
}

/** Enters all messages in their order; gives the entries whose messages are not public. */
async function enterAll(night, entries, opened) {
  const unread = [];
  for (const [at, entry] of entries.entries()) {
    if (opened[at]) await holds(named(entry), () => night.enter(entry, opened[at]));
    else unread.push(entry);
  }
  const complete = night.allReleased();
  const missing = unread.find(({ id, kind }) => !night.withheld.has(id) && (complete || !WITH_RELEASE.includes(messages.KINDS[kind])));
  if (missing) throw new Wrong(`${named(missing)} ought to be public and is not there`);
  return unread;
}

/** The checkpoint is signed by a key that the party named for this log. */
function checkHead(night, note) {
  const { origin } = readCheckpoint(note);
  const log = night.contest.get(16).find((one) => one.get(1) === 1);
  const series = (name) => name.slice(0, name.lastIndexOf('/'));
  if (series(origin) !== series(log.get(2))) throw new Error('is of another log');
  openNote(note, origin, log.get(3));
  return { origin, keys: log.get(3) };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof Wrong ? 1 : 2;
}
