import { createHash } from 'node:crypto';
import { decodeBase58, encodeBase58 } from './base58.mjs';

export const systemProgram = '11111111111111111111111111111111';
export const tokenProgram = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const token2022Program = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
export const associatedTokenProgram = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
export const computeBudgetProgram = 'ComputeBudget111111111111111111111111111111';

// Curve25519: -x² + y² = 1 + d x² y² modulo this prime.
const prime = 2n ** 255n - 19n;
const curveD = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/** An address that is derived from seeds, has no private key and belongs to the program. */
export function findProgramAddress(seeds, program) {
  for (let bump = 255; bump >= 0; bump--) {
    const hash = createHash('sha256');
    for (const part of [...seeds, Buffer.from([bump]), decodeBase58(program), 'ProgramDerivedAddress']) {
      hash.update(part);
    }
    const address = hash.digest();
    if (!isOnCurve(address)) {
      return encodeBase58(address);
    }
  }
  throw new Error(`No address of ${program} can be derived from these seeds`);
}

/** Where a wallet keeps a token. */
export function associatedTokenAddress(owner, mint) {
  return findProgramAddress([owner, tokenProgram, mint].map(decodeBase58), associatedTokenProgram);
}

export function isTokenProgram(address) {
  return address === tokenProgram || address === token2022Program;
}

/** Whether the bytes could be a public key: the curve has an x for this y if x² is a square. */
export function isOnCurve(bytes) {
  const littleEndian = Buffer.from(bytes).reverse();
  // The highest bit is the sign of x.
  const y = BigInt.asUintN(255, BigInt(`0x${littleEndian.toString('hex')}`));
  const ySquared = (y * y) % prime;
  // x² = (y² - 1) / (d y² + 1), and a quotient is a square whenever the product is.
  const product = ((ySquared + prime - 1n) * (curveD * ySquared + 1n)) % prime;
  return power(product, (prime - 1n) / 2n) <= 1n;
}

function power(base, exponent) {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) {
      result = (result * square) % prime;
    }
    square = (square * square) % prime;
  }
  return result;
}
