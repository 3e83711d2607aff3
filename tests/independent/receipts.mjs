// Published receipts: C2SP tlog-proofs that an entry stands in this log (docs/formats.md, "Log").

import { openNote, readCheckpoint, rootByProof, rootOf } from './log.mjs';
import { KINDS } from './messages.mjs';
import { NotThere, Unreadable, inTurns } from './source.mjs';

/** Kinds whose receipts results pages lead to. */
const WITH_RECEIPT = ['report', 'decision', 'release', 'question', 'reply'];

/** Checks those that are there; gives their number, and which are `left` because they ought to be there and are not. */
export async function checkReceipts(entries, origin, keys, file, night) {
  const roots = new Map();
  const rootAt = (size) => {
    if (!roots.has(size)) roots.set(size, rootOf(entries.slice(0, size).map((entry) => entry.leaf)));
    return roots.get(size);
  };
  const expected = led(night), left = [];
  const checked = await inTurns(entries.filter(({ kind }) => WITH_RECEIPT.includes(KINDS[kind])), async (entry) => {
    const name = `receipts/${entry.id}.txt`;
    try {
      checkReceipt((await file(name)).toString(), entry, origin, keys, rootAt);
      return 1;
    } catch (error) {
      if (!(error instanceof NotThere)) throw error instanceof Unreadable ? error : new Error(`The receipt of ${entry.id} ${error.message}`);
      if (expected.has(entry.id)) left.push(name);
      return 0;
    }
  });
  return { checked: checked.filter((one) => one === 1).length, left };
}

/** Ids of messages that the pages of releases lead to: releases, reports that they name, and what was decided and asked about their precincts. */
function led(night) {
  const named = night.releases.flatMap(({ precincts }) => precincts);
  const precincts = new Set(named.map(({ precinct }) => precinct));
  const about = [...night.about].flatMap(([id, precinct]) => (precincts.has(precinct) ? [id] : []));
  const ids = new Set([...night.releases.map(({ id }) => id), ...named.map(({ report }) => report), ...about]);
  // Those of what two people withheld are nobody's any more.
  return new Set([...ids].filter((id) => !night.withheld.has(id)));
}

function checkReceipt(text, entry, origin, keys, rootAt) {
  const end = text.indexOf('\n\n');
  const [form, extra, index, ...path] = text.slice(0, Math.max(end, 0)).split('\n');
  if (form !== 'c2sp.org/tlog-proof@v1') throw new Error('is no receipt');
  if (extra !== `extra ${entry.bytes.toString('base64')}` || index !== `index ${entry.index}`) throw new Error('is for another entry');
  const checkpoint = readCheckpoint(openNote(text.slice(end + 2), origin, keys));
  const root = rootByProof(entry.leaf, entry.index, checkpoint.size, path.map((hash) => Buffer.from(hash, 'base64')));
  if (checkpoint.origin !== origin || !root.equals(checkpoint.root)) throw new Error('does not prove its entry');
  if (!root.equals(rootAt(checkpoint.size))) throw new Error('is of another log');
}
