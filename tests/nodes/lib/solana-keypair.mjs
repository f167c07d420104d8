import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { encodeBase58 } from './base58.mjs';

// What precedes the 32 bytes of an Ed25519 private key in PKCS #8.
const privateKeyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key pair that depends on the name only, so everyone knows it: for tests alone. */
export class TestKeypair {
  #privateKey;

  constructor(name) {
    const seed = createHash('sha256').update(name).digest();
    this.#privateKey = createPrivateKey({
      key: Buffer.concat([privateKeyPrefix, seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const publicKey = Buffer.from(createPublicKey(this.#privateKey).export({ format: 'jwk' }).x, 'base64url');
    this.address = encodeBase58(publicKey);
    /** As wallets write it: the seed and the public key. */
    this.secretKey = encodeBase58(Buffer.concat([seed, publicKey]));
  }

  sign(bytes) {
    return sign(null, bytes, this.#privateKey);
  }
}

/** The treasury's key is made from a name; that it is the right one shows in its address. */
export function treasuryKeypair({ address, secretKey }) {
  const keypair = new TestKeypair('treasury of the local nodes');
  assert.deepEqual([keypair.address, keypair.secretKey], [address, secretKey]);
  return keypair;
}
