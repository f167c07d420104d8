// Checks the Solana node: that it answers as a real one does and that its programs really run.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { rootDirectory } from './cache.mjs';
import { Rpc } from './rpc.mjs';
import { readDump } from './solana-accounts.mjs';
import { associatedTokenAddress } from './solana-address.mjs';
import { checkHistory, checkSimulations } from './solana-history-check.mjs';
import {
  createTokenAccount,
  setComputeUnitLimit,
  setComputeUnitPrice,
  transferTokens,
} from './solana-instructions.mjs';
import { TestKeypair, treasuryKeypair } from './solana-keypair.mjs';
import { writeMessage, writeTransaction } from './solana-transaction.mjs';

const accountDumps = {
  jitoStakePool: 'jito-stake-pool__glam2024',
  marinadeState: 'marinade-state__glam2024',
  kaminoUsdcReserve: 'kamino-usdc-reserve__mrgn',
};
const tokenAccountRent = 2_039_280;
const base64 = { encoding: 'base64' };

export async function checkSolana(chain) {
  const rpc = new Rpc(chain.url);
  await checkClock(rpc);
  await checkAccounts(rpc, chain);
  await checkPrices(rpc, chain);
  await checkProtocol(rpc, chain);
  await checkTransfers(rpc, chain);
  await checkRefusals(rpc, chain);
  await checkSimulations(rpc, chain);
  await checkHistory(rpc, chain);
  await checkControls(rpc, chain);
}

async function checkClock(rpc) {
  const slot = await rpc.send('getSlot');
  const epoch = await rpc.send('getEpochInfo');
  const pool = Buffer.from(readDump(accountDumps.jitoStakePool).account.data[0], 'base64');
  assert.equal(epoch.absoluteSlot, slot);
  assert.equal(epoch.epoch * epoch.slotsInEpoch + epoch.slotIndex, slot);
  assert.equal(epoch.epoch, Number(pool.readBigUInt64LE(274)), "it is the epoch of the stake pool's last update");
  assert.equal((await rpc.send('getEpochSchedule')).slotsPerEpoch, epoch.slotsInEpoch);
  assert.ok((await rpc.send('getBlockHeight')) < slot);

  const time = await rpc.send('getBlockTime', [slot]);
  const behind = Math.abs(Date.now() / 1000 - time);
  assert.ok(behind < 60, `the clock of solana is ${behind} s off`);
  assert.equal(await rpc.send('getBlockTime', [slot - 1_000]), time - 400);
  await assert.rejects(rpc.send('getBlockTime', [slot + 1]), { code: -32004 });

  const samples = await rpc.send('getRecentPerformanceSamples', [3]);
  assert.deepEqual(
    samples.map((sample) => [sample.slot, sample.numSlots, sample.samplePeriodSecs]),
    [0, 150, 300].map((age) => [slot - age, 150, 60]),
  );
  console.log(`solana: slot ${slot} of epoch ${epoch.epoch}`);
}

async function checkAccounts(rpc, { contracts, tokens, treasury }) {
  const expected = JSON.parse(fs.readFileSync(path.join(rootDirectory, 'accounts', 'expected.json'), 'utf8'));
  const { context, value } = await rpc.send('getMultipleAccounts', [
    [contracts.jitoStakePool, contracts.marinadeState, new TestKeypair('nobody').address],
    base64,
  ]);
  assert.equal(context.slot, await rpc.send('getSlot'));
  const [pool, marinade] = value.slice(0, 2).map((account) => Buffer.from(account.data[0], 'base64'));
  const rate = Number(pool.readBigUInt64LE(258)) / Number(pool.readBigUInt64LE(266));
  const price = Number(marinade.readBigUInt64LE(512)) / 2 ** 32;
  assert.ok(Math.abs(rate - expected['jito-stake-pool'].rate) < 1e-12);
  assert.ok(Math.abs(price - expected['marinade-state'].price) < 1e-12);
  assert.equal(value[2], null);
  console.log(`solana: JitoSOL is worth ${rate} SOL and mSOL ${price}`);

  for (const [name, dumpName] of Object.entries(accountDumps)) {
    const { pubkey, account } = readDump(dumpName);
    const found = (await rpc.send('getAccountInfo', [contracts[name], base64])).value;
    assert.equal(contracts[name], pubkey);
    assert.deepEqual([found.data, found.owner, found.lamports], [account.data, account.owner, account.lamports]);
    const slice = { encoding: 'base58', dataSlice: { offset: 1, length: 32 } };
    const sliced = (await rpc.send('getAccountInfo', [pubkey, slice])).value;
    assert.equal(sliced.space, Buffer.from(account.data[0], 'base64').length);
    assert.equal(sliced.data[1], 'base58');
    await assert.rejects(rpc.send('getAccountInfo', [pubkey, { encoding: 'base58' }]), { code: -32600 });
  }
  const tooMany = Array.from({ length: 101 }, () => contracts.jitoStakePool);
  await assert.rejects(rpc.send('getMultipleAccounts', [tooMany]), { code: -32602 });

  const byMint = [treasury.address, { mint: tokens.USDC.address }, base64];
  const { value: found } = await rpc.send('getTokenAccountsByOwner', byMint);
  assert.deepEqual(
    found.map(({ pubkey }) => pubkey),
    [treasury.tokenAccounts.USDC],
  );
  const { value: balance } = await rpc.send('getTokenAccountBalance', [treasury.tokenAccounts.USDC]);
  assert.deepEqual(balance, {
    amount: '2000000000000',
    decimals: 6,
    uiAmount: 2_000_000,
    uiAmountString: '2000000',
  });
  for (const { address, decimals } of Object.values(tokens)) {
    const { value: supply } = await rpc.send('getTokenSupply', [address]);
    assert.equal(supply.decimals, decimals);
    assert.ok(BigInt(supply.amount) > 0n);
  }
  assert.equal(await rpc.send('getMinimumBalanceForRentExemption', [165]), tokenAccountRent);
}

async function checkPrices(rpc, { contracts }) {
  const now = await rpc.send('getBlockTime', [await rpc.send('getSlot')]);
  const expected = { feedSol: 205, feedUsdc: 1, feedUsdt: 0.9998, feedJitosol: 230.0047685, feedMsol: 243.20301993 };
  for (const [name, price] of Object.entries(expected)) {
    const { value } = await rpc.send('getAccountInfo', [contracts[name], base64]);
    const data = Buffer.from(value.data[0], 'base64');
    assert.equal(value.owner, 'rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ');
    assert.equal(data.length, 134);
    assert.equal(data.subarray(0, 8).toString('hex'), '22f123639d7ef4cd');
    assert.equal(data[40], 1);
    assert.equal(data.readInt32LE(89), -8);
    assert.ok(Math.abs(Number(data.readBigInt64LE(73)) / 1e8 - price) < 1e-8, name);
    const age = now - Number(data.readBigInt64LE(93));
    assert.ok(age > 0 && age < 10, `${name} is ${age} s old`);
    assert.equal(data[133], 0);
  }
  assert.equal(contracts.feedSol, '7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE', 'SOL/USD of Pyth is elsewhere');
}

/** What JSON-RPC itself asks for, and what a parsed answer no longer shows. */
async function checkProtocol(rpc, { url, contracts }) {
  const post = async (body) => (await fetch(url, { method: 'POST', body })).text();
  const request = (id, method, params) => ({ jsonrpc: '2.0', id, method, params });
  const batch = JSON.parse(
    await post(JSON.stringify([request(1, 'getHealth'), request('two', 'nothing'), request(3, 'getBalance', ['0'])])),
  );
  assert.deepEqual(
    batch.map(({ id, result, error }) => [id, result ?? error.code]),
    [
      [1, 'ok'],
      ['two', -32601],
      [3, -32602],
    ],
  );
  assert.equal(JSON.parse(await post('{')).error.code, -32700);
  assert.equal(JSON.parse(await post('[]')).error.code, -32600);
  const info = await post(JSON.stringify(request(1, 'getAccountInfo', [contracts.feedSol, base64])));
  assert.match(info, /"rentEpoch":18446744073709551615[,}]/);
  assert.equal(await rpc.send('getGenesisHash'), '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d');
}

/** The first transfer creates the receiver's account, and the second is a versioned transaction. */
async function checkTransfers(rpc, { tokens, treasury }) {
  const { address: mint, decimals } = tokens.USDC;
  const signer = treasuryKeypair(treasury);
  const owner = new TestKeypair('a fresh owner').address;
  const ownerAccount = associatedTokenAddress(owner, mint);
  const transfer = transferTokens(treasury.address, owner, mint, 1_500_000n, decimals);
  const create = createTokenAccount(treasury.address, owner, mint);
  const balance = async () => (await rpc.send('getBalance', [treasury.address])).value;

  let received = 0;
  for (const [versioned, instructions, rent] of [
    [false, [create, transfer], tokenAccountRent],
    [true, [setComputeUnitLimit(60_001), setComputeUnitPrice(12_345), transfer], 0],
  ]) {
    const { blockhash } = (await rpc.send('getLatestBlockhash')).value;
    const message = writeMessage({ payer: treasury.address, instructions, blockhash, versioned });
    const transaction = writeTransaction(message, [signer]).toString('base64');
    const fee = (await rpc.send('getFeeForMessage', [message.toString('base64')])).value;
    const config = { ...base64, accounts: { ...base64, addresses: [ownerAccount] } };
    const simulated = (await rpc.send('simulateTransaction', [transaction, config])).value;
    assert.equal(simulated.err, null);

    const before = await balance();
    const signature = await rpc.send('sendTransaction', [transaction, base64]);
    received += 1_500_000;
    assert.equal(before - (await balance()), fee + rent, 'the fee is another than getFeeForMessage says');
    assert.equal((await rpc.send('getTokenAccountBalance', [ownerAccount])).value.amount, String(received));
    const { data } = (await rpc.send('getAccountInfo', [ownerAccount, base64])).value;
    assert.deepEqual(simulated.accounts[0].data, data);
    const [status] = (await rpc.send('getSignatureStatuses', [[signature]])).value;
    assert.deepEqual([status.err, status.confirmationStatus], [null, 'finalized']);
    const kind = versioned ? 'versioned' : 'legacy';
    console.log(`solana: ${kind} transfer costs ${fee} lamports and ${rent} of rent, ${simulated.unitsConsumed} units`);
  }
}

async function checkRefusals(rpc, { tokens, treasury }) {
  const { address: mint, decimals } = tokens.USDC;
  const signer = treasuryKeypair(treasury);
  const slot = await rpc.send('getSlot');
  const { blockhash } = (await rpc.send('getLatestBlockhash')).value;
  const signed = (amount, hash = blockhash) => {
    const transfer = transferTokens(treasury.address, treasury.address, mint, amount, decimals);
    const message = writeMessage({ payer: treasury.address, instructions: [transfer], blockhash: hash });
    return writeTransaction(message, [signer]);
  };
  const send = (bytes, config) => rpc.send('sendTransaction', [bytes.toString('base64'), { ...base64, ...config }]);
  const insufficientFunds = { InstructionError: [0, { Custom: 1 }] };

  const tooMuch = signed(2n ** 62n);
  await assert.rejects(send(tooMuch), (error) => {
    assert.equal(error.code, -32002);
    assert.deepEqual(error.data.err, insufficientFunds);
    return true;
  });
  assert.equal(await rpc.send('getSlot'), slot, 'what fails in the preflight is not executed');
  const failed = await send(tooMuch, { skipPreflight: true });
  assert.deepEqual((await rpc.send('getSignatureStatuses', [[failed]])).value[0].err, insufficientFunds);

  const good = signed(1n);
  await send(good);
  await assert.rejects(send(good), (error) => error.data.err === 'AlreadyProcessed');
  const unknownHash = new TestKeypair('a blockhash').address;
  await assert.rejects(send(signed(2n, unknownHash)), (error) => error.data.err === 'BlockhashNotFound');
  const altered = signed(3n);
  altered[1] ^= 1;
  await assert.rejects(send(altered), { code: -32003 });
  const replacing = { ...base64, replaceRecentBlockhash: true };
  const simulated = await rpc.send('simulateTransaction', [signed(4n, unknownHash).toString('base64'), replacing]);
  assert.equal(simulated.value.err, null);

  // Litesvm ends the process over malformed bytes unless they are caught before.
  const tooLong = Buffer.concat([good, Buffer.alloc(1)]);
  for (const bytes of [Buffer.alloc(0), good.subarray(0, -1), tooLong, Buffer.alloc(300, 7)]) {
    await assert.rejects(send(bytes), { code: -32602 });
  }
  assert.equal(await rpc.send('getHealth'), 'ok');
}

async function checkControls(rpc, { contracts }) {
  const slot = await rpc.send('getSlot');
  const time = await rpc.send('getBlockTime', [slot]);
  const { blockhash } = (await rpc.send('getLatestBlockhash')).value;
  const isValid = async () => (await rpc.send('isBlockhashValid', [blockhash])).value;
  await rpc.send('test_setTime', [time + 60, slot + 150]);
  assert.equal(await isValid(), true);
  await rpc.send('test_setTime', [time + 61, slot + 151]);
  assert.equal(await isValid(), false);
  assert.equal(await rpc.send('getBlockTime', [slot + 151]), time + 61);

  const fees = await rpc.send('getRecentPrioritizationFees', [[contracts.jitoStakePool]]);
  const tips = fees.map((entry) => entry.prioritizationFee).filter((fee) => fee > 0);
  assert.equal(fees.length, 150);
  assert.equal(fees.at(-1).slot, slot + 151);
  assert.ok(tips.length > 30 && tips.length < 100 && Math.max(...tips) <= 100_000);
  console.log(`solana: ${tips.length} of ${fees.length} slots with tips, the highest ${Math.max(...tips)}`);
  await rpc.send('test_setPriorityFees', [[7, 8]]);
  assert.deepEqual(await rpc.send('getRecentPrioritizationFees'), [
    { slot: slot + 150, prioritizationFee: 7 },
    { slot: slot + 151, prioritizationFee: 8 },
  ]);

  await rpc.send('test_setSlotSeconds', [0.5]);
  assert.equal((await rpc.send('getRecentPerformanceSamples', [1]))[0].numSlots, 120);

  const dump = readDump(accountDumps.kaminoUsdcReserve);
  dump.account.lamports += 1;
  await rpc.send('test_setAccount', [dump]);
  assert.equal((await rpc.send('getBalance', [dump.pubkey])).value, dump.account.lamports);
}
