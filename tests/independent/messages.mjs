// Signed messages: COSE_Sign1 with Ed25519 (docs/formats.md, "Message").

import { decode, encode } from './cbor.mjs';
import { hex, isSigned, sha256 } from './log.mjs';

/** The word of each kind, by its number. */
export const KINDS = [
  , 'package', 'people', 'invitations', 'revoke', 'room', 'enrolment', 'report', 'addition', 'admit', 'decision', 'answer', 'preview',
  'release', 'withdraw', 'stop', 'objection', 'update', 'withhold', 'approve', 'act', 'question', 'reply', 'inquiry', 'response', 'notice',
];

/** The short name of a key. */
export const keyId = (key) => hex(sha256(key).subarray(0, 16));

/** A message as it was carried: what it says, and who is said to have signed it. Throws where it is not canonical. */
export function read(bytes, kind) {
  const parts = decode(bytes);
  if (!Array.isArray(parts) || parts.length !== 4 || !(parts[1] instanceof Map) || parts[1].size) throw new Error('is no COSE_Sign1');
  const [protectedHeader, , payload, signature] = parts;
  const header = decode(protectedHeader);
  if ([...header.keys()].join() !== '1,3,4' || header.get(1) !== -8) throw new Error('has another header');
  if (header.get(3) !== `application/vnd.countersign.${KINDS[kind]}+cbor`) throw new Error(`is no ${KINDS[kind]}`);
  return { kind, signer: hex(header.get(4)), fields: decode(payload), protectedHeader, payload, signature };
}

/** Throws unless `key` signed the message in this contest and room. */
export function checkSignature(message, key, contest, room) {
  const aad = `countersign/v1/${KINDS[message.kind]}/${contest}/${message.kind === 1 ? 'any' : room}`;
  const signed = encode(['Signature1', message.protectedHeader, Buffer.from(aad), message.payload]);
  if (keyId(key) !== message.signer || !isSigned(key, signed, message.signature)) throw new Error('has a bad signature');
}

/** Throws unless an enrolment's invitation key granted the request in it. */
export function checkGrant(message, contest, room) {
  const request = requestBytes(message.payload);
  const granted = Buffer.concat([Buffer.from(`countersign/v1/grant/${contest}/${room}\n`), request]);
  if (!isSigned(message.fields.get(1).get(1), granted, message.fields.get(2))) throw new Error('has a bad grant');
}

/** The CBOR of a request as it stands in an enrolment `{1: request, 2: grant}`: between map head and key 2 with its 64 bytes. */
function requestBytes(payload) {
  return payload.subarray(2, payload.length - (1 + 2 + 64));
}
