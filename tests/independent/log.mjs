// The log: entries, RFC 6962 hashes, C2SP signed notes, checkpoints and tiles (docs/formats.md, "Log").

import { createHash, createPublicKey, verify } from 'node:crypto';

/** SHA-256 of texts, bytes and lists of bytes, one after the other. */
export function sha256(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(Array.isArray(part) ? Buffer.from(part) : part);
  return hash.digest();
}

export const hex = (bytes) => bytes.toString('hex');

/** Whether `signature` is `key`'s (32 bytes, Ed25519) of `bytes`. */
export function isSigned(key, bytes, signature) {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]);
  return verify(null, bytes, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);
}

/** The text of a signed note; throws unless one of `keys` signed it under `name`. Other signatures are ignored. */
export function openNote(note, name, keys) {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) throw new Error('is no signed note');
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2).split('\n')) {
    const [dash, signer, base64] = line.split(' ');
    if (dash !== '—' || signer !== name || !base64) continue;
    const signature = Buffer.from(base64, 'base64');
    for (const key of keys) {
      const id = sha256(name, '\n', [1], key).subarray(0, 4);
      if (id.equals(signature.subarray(0, 4)) && isSigned(key, Buffer.from(text), signature.subarray(4))) return text;
    }
  }
  throw new Error(`is not signed by ${name}`);
}

/** Origin, size and root that a checkpoint's text says. */
export function readCheckpoint(text) {
  const [origin, size, root] = text.split('\n');
  if (!/^(0|[1-9]\d*)$/.test(size)) throw new Error('has no size');
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}

/** An entry: 42 bytes. */
export function readEntry(bytes, index) {
  if (bytes.length !== 42 || bytes[0] !== 1) throw new Error(`entry ${index} is no entry of version 1`);
  return { index, kind: bytes[1], time: Number(bytes.readBigUInt64BE(2)), id: hex(bytes.subarray(10)), leaf: sha256([0], bytes), bytes };
}

const TILE = 256;

/** Path of a tile: its number in groups of three digits, all but the last with an x. */
export function tilePath(number) {
  const groups = [];
  for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(String(rest % 1000).padStart(3, '0'));
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** The tiles of `count` hashes or entries: path of each, and how many it holds. */
export function* tiles(count) {
  for (let number = 0; number * TILE < count; number++) {
    const width = Math.min(TILE, count - number * TILE);
    yield { path: width === TILE ? tilePath(number) : `${tilePath(number)}.p/${width}`, from: number * TILE, width };
  }
}

/** Splits a bundle of entries, each after its length in two bytes. */
export function* splitBundle(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at);
    yield bytes.subarray(at + 2, at + 2 + length);
    at += 2 + length;
  }
}

/** The hashes one level of nodes above another, as far as they are complete. */
const above = (hashes) => Array.from({ length: hashes.length >> 1 }, (_, at) => sha256([1], hashes[2 * at], hashes[2 * at + 1]));

/** Levels of hash tiles: the leaves, then every eighth level of nodes above them. */
export function tileLevels(leaves) {
  const levels = [];
  for (let hashes = leaves; hashes.length > 0; ) {
    levels.push(hashes);
    for (let up = 0; up < 8; up++) hashes = above(hashes);
  }
  return levels;
}

/** Root of the tree over `leaves` (RFC 6962, 2.1). */
export function rootOf(leaves) {
  if (leaves.length === 0) return sha256('');
  if (leaves.length === 1) return leaves[0];
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return sha256([1], rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

/** The root that an inclusion proof leads to (RFC 9162, 2.1.3.2). */
export function rootByProof(leaf, index, size, path) {
  let [at, last, hash] = [index, size - 1, leaf];
  for (const beside of path) {
    if (last === 0) throw new Error('has a proof that is too long');
    if (at % 2 === 1 || at === last) {
      hash = sha256([1], beside, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else hash = sha256([1], hash, beside);
    [at, last] = [at >> 1, last >> 1];
  }
  if (last !== 0) throw new Error('has a proof that is too short');
  return hash;
}
