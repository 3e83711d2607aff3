// Deterministic CBOR (RFC 8949, 4.2.1), as far as messages need it: whole numbers, byte and text strings, arrays, maps
// and booleans. What is spelled in any other way is refused, so that a message has one spelling.

/** Reads one item that fills `bytes`. Maps become `Map`, byte strings `Buffer`. */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const item = reader.item();
  if (reader.at !== bytes.length) throw new Error('CBOR goes on after its end');
  return item;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(length) {
    if (this.at + length > this.bytes.length) throw new Error('CBOR ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Major type and argument of the next item. The shortest form is the only one. */
  head() {
    const first = this.take(1)[0];
    const short = first & 31;
    if (short < 24) return [first >> 5, short];
    if (short > 27) throw new Error('CBOR without a length');
    const width = 1 << (short - 24);
    const value = this.take(width).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < [24, 2 ** 8, 2 ** 16, 2 ** 32][short - 24]) throw new Error('CBOR with a number longer than it has to be');
    if (!Number.isSafeInteger(value)) throw new Error('CBOR with a number above 2^53');
    return [first >> 5, value];
  }

  item() {
    const [type, value] = this.head();
    switch (type) {
      case 0:
        return value;
      case 1:
        return -1 - value;
      case 2:
        return this.take(value);
      case 3:
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(value));
      case 4:
        return Array.from({ length: value }, () => this.item());
      case 5:
        return this.map(value);
      case 7:
        if (value === 20 || value === 21) return value === 21;
    }
    throw new Error(`CBOR of a type that no message has (${type})`);
  }

  map(length) {
    const map = new Map();
    let before = null;
    for (let index = 0; index < length; index++) {
      const from = this.at;
      const key = this.item();
      const spelled = this.bytes.subarray(from, this.at);
      if (before && Buffer.compare(before, spelled) >= 0) throw new Error('CBOR with the keys of a map out of order');
      before = spelled;
      map.set(key, this.item());
    }
    return map;
  }
}

/** Writes byte strings, texts and arrays of them: what a signature is of. */
export function encode(item) {
  if (Array.isArray(item)) return Buffer.concat([head(4, item.length), ...item.map(encode)]);
  const bytes = Buffer.from(item);
  return Buffer.concat([head(typeof item === 'string' ? 3 : 2, bytes.length), bytes]);
}

function head(type, length) {
  if (length < 24) return Buffer.from([(type << 5) | length]);
  const step = length < 2 ** 8 ? 0 : length < 2 ** 16 ? 1 : 2;
  const bytes = Buffer.alloc(1 + (1 << step));
  bytes[0] = (type << 5) | (24 + step);
  bytes.writeUIntBE(length, 1, 1 << step);
  return bytes;
}
