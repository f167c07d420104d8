import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { rootDirectory } from './cache.mjs';
import { decodeBase58 } from './base58.mjs';
import { findProgramAddress, tokenProgram } from './solana-address.mjs';

// 128 bytes of overhead and the rate at which an account is exempt from rent.
const accountOverhead = 128;
const lamportsPerByte = 6_960;

const pushOracleProgram = 'pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT';
const receiverProgram = 'rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ';
const sponsoredShard = 0;
const priceUpdateSize = 134;
const fullVerification = 1;

/** A dump of the folder "accounts", in the form that "solana account --output json" writes. */
export function readDump(name) {
  return JSON.parse(fs.readFileSync(path.join(rootDirectory, 'accounts', `${name}.json`), 'utf8'));
}

/** A token account with the layout of the token program, without delegate or close authority. */
export function tokenAccount(address, { mint, owner, amount }) {
  const data = Buffer.alloc(165);
  data.set(decodeBase58(mint), 0);
  data.set(decodeBase58(owner), 32);
  data.writeBigUInt64LE(amount, 64);
  data[108] = 1; // It is initialised.
  return dump(address, tokenProgram, data);
}

/** Where Pyth keeps a price that it sponsors. */
export function pythFeedAddress(feedId) {
  const shard = Buffer.alloc(2);
  shard.writeUInt16LE(sponsoredShard);
  return findProgramAddress([shard, Buffer.from(feedId, 'hex')], pushOracleProgram);
}

/** A stand-in for a price of Pyth: the layout of its PriceUpdateV2 at the real address, but the price is ours. */
export function pythPrice({ feedId, price, confidence, exponent, publishTime, postedSlot }) {
  const address = pythFeedAddress(feedId);
  const data = Buffer.alloc(priceUpdateSize);
  data.set(createHash('sha256').update('account:PriceUpdateV2').digest().subarray(0, 8), 0);
  data.set(decodeBase58(address), 8); // The push oracle lets each account be its own write authority.
  data[40] = fullVerification;
  data.set(Buffer.from(feedId, 'hex'), 41);
  data.writeBigInt64LE(price, 73);
  data.writeBigUInt64LE(confidence, 81);
  data.writeInt32LE(exponent, 89);
  data.writeBigInt64LE(BigInt(publishTime), 93);
  data.writeBigInt64LE(BigInt(publishTime - 1), 101); // The time of the price before it.
  data.writeBigInt64LE(price, 109); // The moving averages of the price and of the confidence.
  data.writeBigUInt64LE(confidence, 117);
  data.writeBigUInt64LE(BigInt(postedSlot), 125);
  return dump(address, receiverProgram, data);
}

function dump(pubkey, owner, data) {
  return {
    pubkey,
    account: {
      lamports: (accountOverhead + data.length) * lamportsPerByte,
      data: [data.toString('base64'), 'base64'],
      owner,
      executable: false,
    },
  };
}
