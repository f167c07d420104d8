// The alphabet of Bitcoin, in which Solana writes addresses, hashes and signatures.
const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const digits = new Map([...alphabet].map((letter, value) => [letter, BigInt(value)]));

export function encodeBase58(bytes) {
  let text = '';
  for (let value = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`); value > 0n; value /= 58n) {
    text = alphabet[Number(value % 58n)] + text;
  }
  // A number has no leading zeros, so each leading zero byte is written as one first letter.
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return alphabet[0].repeat(zeros < 0 ? bytes.length : zeros) + text;
}

export function decodeBase58(text) {
  let value = 0n;
  for (const letter of text) {
    if (!digits.has(letter)) {
      throw new Error(`"${letter}" is no letter of base 58`);
    }
    value = value * 58n + digits.get(letter);
  }
  const hex = value === 0n ? '' : value.toString(16);
  const zeros = /^1*/.exec(text)[0].length;
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')]);
}
