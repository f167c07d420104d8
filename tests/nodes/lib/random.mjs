import { createHash } from 'node:crypto';

/** Random values that depend on the seed only: SHA-256 of the seed and a counter. */
export class SeededRandom {
  #seed;
  #counter = 0;

  constructor(seed) {
    this.#seed = seed;
  }

  bytes(length) {
    const blocks = [];
    for (let total = 0; total < length; total += 32) {
      blocks.push(createHash('sha256').update(`${this.#seed}:${this.#counter++}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, length);
  }

  hex(length) {
    return `0x${this.bytes(length).toString('hex')}`;
  }

  /** An integer from 0 up to, but without, the limit. */
  below(limit) {
    return this.bytes(4).readUInt32BE() % limit;
  }

  pick(items) {
    return items[this.below(items.length)];
  }

  /** An unsigned integer of at most this many bits. */
  bits(count) {
    return BigInt(this.hex(32)) >> BigInt(256 - count);
  }
}
