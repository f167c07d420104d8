// Which 32 bytes are a point of ed25519, and so could be a public key.
import assert from 'node:assert/strict';
import { encodeBase58 } from './base58.mjs';
import { isOnCurve } from './solana-address.mjs';
import { SolanaLedger } from './solana-ledger.mjs';
import { readTransaction, withoutSignatures, writeMessage } from './solana-transaction.mjs';

const verifier = 'Ed25519SigVerify111111111111111111111111111';
const signatureOffset = 16;
const keyOffset = signatureOffset + 64;
const messageOffset = keyOffset + 32;
const sameInstruction = 0xffff;
const prime = 2n ** 255n - 19n;
const signBit = 2n ** 255n;
// Of the program that verifies signatures.
const invalidPublicKey = 0;
const invalidSignature = 2;

/** Values about which implementations disagree: a y that is not below the prime, and an x of zero with a sign. */
export const curveEdges = {
  'y = 0': 0n,
  'y = 0, negative x': signBit,
  'y = 1, x = 0': 1n,
  'y = 1, negative x = 0': 1n + signBit,
  'y = -1, x = 0': prime - 1n,
  'y = -1, negative x = 0': prime - 1n + signBit,
  'y = 0 written as the prime': prime,
  'y = 1 written as the prime + 1': prime + 1n,
  'y = 2': 2n,
  'y = 2 written as the prime + 2': prime + 2n,
  'y = 3 written as the prime + 3': prime + 3n,
  'all bits are set': 2n ** 256n - 1n,
};

export function littleEndian(value) {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** Asks Solana's runtime, by its program that verifies signatures, which first looks at the public key. */
export class CurveOracle {
  #ledger = new SolanaLedger();
  #payer = encodeBase58(Buffer.alloc(32, 7));

  constructor() {
    this.#ledger.airdrop(this.#payer, 1_000_000_000n);
  }

  isOnCurve(bytes) {
    const instruction = { program: verifier, accounts: [], data: verification(bytes) };
    const { blockhash } = this.#ledger.latestBlockhash();
    const message = writeMessage({ payer: this.#payer, instructions: [instruction], blockhash });
    const transaction = readTransaction(Buffer.concat([Buffer.from([1]), Buffer.alloc(64), message]));
    const options = { verifySignatures: false, anyBlockhash: false };
    const { error } = this.#ledger.simulate(withoutSignatures(transaction), transaction, options);
    const [, { Custom: code }] = error.InstructionError;
    assert.ok([invalidPublicKey, invalidSignature].includes(code));
    assert.equal(isOnCurve(bytes), code === invalidSignature, 'our own test of the curve is another than the runtime');
    return code === invalidSignature;
  }
}

/** An instruction with a public key and a signature that cannot be right. */
function verification(publicKey) {
  const data = Buffer.alloc(messageOffset + 1);
  data[0] = 1;
  [signatureOffset, sameInstruction, keyOffset, sameInstruction, messageOffset, 1, sameInstruction].forEach(
    (value, index) => data.writeUInt16LE(value, 2 + 2 * index),
  );
  data.set(publicKey, keyOffset);
  return data;
}
