// Published receipts: C2SP tlog-proofs that an entry stands in this log (docs/formats.md, "Log").

import { openNote, readCheckpoint, rootByProof, rootOf } from './log.mjs';
import { KINDS } from './messages.mjs';
import { NotThere, inTurns } from './source.mjs';

/** Kinds whose receipts results pages lead to. */
const WITH_RECEIPT = ['report', 'decision', 'release'];

/** Checks those that are there, and gives their number. */
export async function checkReceipts(entries, origin, keys, file) {
  const roots = new Map();
  const rootAt = (size) => {
    if (!roots.has(size)) roots.set(size, rootOf(entries.slice(0, size).map((entry) => entry.leaf)));
    return roots.get(size);
  };
  const checked = await inTurns(entries.filter(({ kind }) => WITH_RECEIPT.includes(KINDS[kind])), async (entry) => {
    try {
      checkReceipt((await file(`receipts/${entry.id}.txt`)).toString(), entry, origin, keys, rootAt);
      return 1;
    } catch (error) {
      if (error instanceof NotThere) return 0;
      throw new Error(`The receipt of ${entry.id} ${error.message}`);
    }
  });
  return checked.filter((one) => one === 1).length;
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
