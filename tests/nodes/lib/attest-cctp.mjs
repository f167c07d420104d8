// What Circle's attestation service does between the two chains.
import { concat, dataLength, dataSlice, keccak256, toBeHex } from 'ethers';

const finalized = 2_000;

/**
 * The message that was sent, with a nonce, the finality and the fee filled in; a fee, in the token's smallest unit, is
 * only taken below the finality of 2000. Its nonce must be another for each message; the salt makes it so, since the
 * same burn done twice sends the same message.
 */
export function completeCctpMessage(sent, salt, { finality = finalized, fee = 0n } = {}) {
  const nonce = keccak256(concat([salt, sent]));
  return concat([
    dataSlice(sent, 0, 12),
    nonce,
    dataSlice(sent, 44, 144),
    toBeHex(finality, 4),
    // The body begins at byte 148.
    dataSlice(sent, 148, 148 + 164),
    toBeHex(fee, 32),
    dataSlice(sent, 148 + 196, dataLength(sent)),
  ]);
}

/** The attestation of a node's unlocked account. The real attesters sign the hash itself, which the contract also takes. */
export async function attestCctp(rpc, attester, message) {
  return rpc.send('eth_sign', [attester, keccak256(message)]);
}
