// What a transaction costs, by the rules of Agave: for each signature, and for the compute units that it may use.
import { computeBudgetProgram, systemProgram } from './solana-address.mjs';

const lamportsPerSignature = 5_000n;
const microLamportsPerLamport = 1_000_000n;
const mostComputeUnits = 1_400_000n;
const unitsOfInstruction = 200_000n;
const unitsOfBuiltinInstruction = 3_000n;

// Their instructions hold signatures, which cost as much as those of the transaction; the first byte counts them.
const signatureVerifiers = new Set([
  'Ed25519SigVerify111111111111111111111111111',
  'KeccakSecp256k11111111111111111111111111111',
  'Secp256r1SigVerify1111111111111111111111111',
]);

const builtinPrograms = new Set([
  computeBudgetProgram,
  systemProgram,
  'BPFLoader1111111111111111111111111111111111',
  'BPFLoader2111111111111111111111111111111111',
  'BPFLoaderUpgradeab1e11111111111111111111111',
  'LoaderV411111111111111111111111111111111111',
  'Ed25519SigVerify111111111111111111111111111',
  'KeccakSecp256k11111111111111111111111111111',
]);

// The first byte of an instruction of the compute budget program.
const setComputeUnitLimit = 2;
const setComputeUnitPrice = 3;

/** The fee in lamports of a message that readMessage returned. */
export function feeOf({ requiredSignatures, instructions }) {
  let signatures = BigInt(requiredSignatures);
  let usualUnits = 0n;
  let unitLimit;
  let unitPrice = 0n;
  for (const { program, data } of instructions) {
    usualUnits += builtinPrograms.has(program) ? unitsOfBuiltinInstruction : unitsOfInstruction;
    if (signatureVerifiers.has(program) && data.length > 0) {
      signatures += BigInt(data[0]);
    } else if (program === computeBudgetProgram && data[0] === setComputeUnitLimit) {
      unitLimit = BigInt(data.readUInt32LE(1));
    } else if (program === computeBudgetProgram && data[0] === setComputeUnitPrice) {
      unitPrice = data.readBigUInt64LE(1);
    }
  }
  const wanted = unitLimit ?? usualUnits;
  const units = wanted < mostComputeUnits ? wanted : mostComputeUnits;
  return signatures * lamportsPerSignature + divideUp(unitPrice * units, microLamportsPerLamport);
}

function divideUp(dividend, divisor) {
  return (dividend + divisor - 1n) / divisor;
}
