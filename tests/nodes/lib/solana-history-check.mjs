// Checks what the Solana node says of transactions before and after they are executed.
import assert from 'node:assert/strict';
import { decodeBase58 } from './base58.mjs';
import { associatedTokenAddress, findProgramAddress, systemProgram, tokenProgram } from './solana-address.mjs';
import { createTokenAccount, transferSol, transferTokens } from './solana-instructions.mjs';
import { TestKeypair, treasuryKeypair } from './solana-keypair.mjs';
import { readTransaction, withoutSignatures, writeMessage, writeTransaction } from './solana-transaction.mjs';

const stakePoolProgram = 'SPoo1Ku8WFXoNDMHPsrGSTSG1Y47rzgn41SLUNakuHy';
const depositSol = 14;
const lookupTableProgram = 'AddressLookupTab1e1111111111111111111111111';
const lookupTableHeader = 56;
const transferSize = 12;
const base64 = { encoding: 'base64' };
const anyVersion = { maxSupportedTransactionVersion: 0 };
const unknownBlockhash = new TestKeypair('a blockhash').address;

/** Nobody can sign for a vault, whose address is no public key, but what it would do can be asked. */
export async function checkSimulations(rpc, { treasury }) {
  const vault = findProgramAddress([Buffer.from('a vault')], systemProgram);
  await rpc.send('requestAirdrop', [vault, 2_000_000_000]);
  const slot = await rpc.send('getSlot');
  const transfer = transferSol(vault, treasury.address, 500_000_000n);
  const { blockhash } = (await rpc.send('getLatestBlockhash')).value;
  const write = (values) => unsigned(writeMessage({ payer: vault, blockhash, versioned: true, ...values }));
  const simulate = async (text, config) => {
    const options = { ...base64, sigVerify: false, ...config };
    const { context, value } = await rpc.send('simulateTransaction', [text, options]);
    assert.equal(context.slot, slot);
    return value;
  };
  const accounts = (...addresses) => ({ accounts: { ...base64, addresses } });
  const text = write({ instructions: [transfer] });

  const good = await simulate(text, accounts(vault, associatedTokenAddress(vault, unknownBlockhash)));
  assert.equal(good.err, null);
  assert.equal(good.accounts[0].lamports, 2_000_000_000 - 500_000_000 - 5_000);
  assert.deepEqual([good.accounts[1], good.returnData, good.replacementBlockhash], [null, null, null]);
  assert.ok(good.unitsConsumed > 0 && good.logs.includes(`Program ${systemProgram} success`));
  assert.equal((await rpc.send('getBalance', [vault])).value, 2_000_000_000, 'a simulation changes nothing');

  const old = write({ instructions: [transfer], blockhash: unknownBlockhash });
  const refused = await simulate(old, accounts(vault));
  assert.deepEqual([refused.err, refused.accounts, refused.logs], ['BlockhashNotFound', [null], []]);
  const replaced = await simulate(old, { replaceRecentBlockhash: true });
  assert.deepEqual([replaced.err, replaced.accounts], [null, null]);
  assert.deepEqual(replaced.replacementBlockhash, (await rpc.send('getLatestBlockhash')).value);

  const deposit = { program: stakePoolProgram, accounts: [], data: Buffer.from([depositSol]) };
  assert.equal((await simulate(write({ instructions: [deposit] }))).err, 'ProgramAccountNotFound');
  const poor = new TestKeypair('nobody').address;
  assert.equal((await simulate(write({ payer: poor, instructions: [] }))).err, 'AccountNotFound');

  await assert.rejects(simulate(text, { sigVerify: true }), { code: -32003 });
  const malformed = [
    [text, { sigVerify: true, replaceRecentBlockhash: true }],
    [text, accounts(vault, treasury.address, systemProgram, tokenProgram)],
    [text, { accounts: { encoding: 'base58', addresses: [vault] } }],
    [text, accounts('0')],
    [text.slice(4), {}],
    [`${text}!`, {}],
  ];
  for (const [given, config] of malformed) {
    await assert.rejects(simulate(given, config), { code: -32602 });
  }
  console.log(`solana: a vault's transfer would take ${good.unitsConsumed} units`);
}

export async function checkHistory(rpc, { tokens, treasury }) {
  const { address: mint, decimals } = tokens.USDC;
  const signer = treasuryKeypair(treasury);
  const owner = new TestKeypair('another fresh owner').address;
  const write = async (versioned, ...instructions) => {
    const { blockhash } = (await rpc.send('getLatestBlockhash')).value;
    return writeTransaction(writeMessage({ payer: signer.address, instructions, blockhash, versioned }), [signer]);
  };
  const send = (bytes, config) => rpc.send('sendTransaction', [bytes.toString('base64'), { ...base64, ...config }]);
  const transfer = (amount) => transferTokens(signer.address, owner, mint, amount, decimals);

  const first = await write(true, createTokenAccount(signer.address, owner, mint), transfer(2_500_000n));
  const signatures = [await send(first)];
  signatures.unshift(await send(await write(false, transfer(2n ** 62n)), { skipPreflight: true }));
  signatures.unshift(await send(await write(false, transfer(1n))));
  await checkRecord(rpc, { bytes: first, signature: signatures[2], tokens, treasury, owner });
  await checkFailure(rpc, signatures[1]);
  await checkSignatures(rpc, { signatures, account: associatedTokenAddress(owner, mint) });
  await checkRepetition(rpc, first);
  await checkLookupTable(rpc, signer);
  await checkOldStatus(rpc, signatures[0]);
}

/** The record of a transaction of version 0 that made a token account and moved 2.5 USDC into it. */
async function checkRecord(rpc, { bytes, signature, tokens, treasury, owner }) {
  const { address: mint } = tokens.USDC;
  const found = await rpc.send('getTransaction', [signature, { ...base64, ...anyVersion, commitment: 'confirmed' }]);
  const { message, signatures } = readTransaction(bytes);
  assert.deepEqual([found.transaction, found.version], [[bytes.toString('base64'), 'base64'], 0]);
  assert.equal(found.blockTime, await rpc.send('getBlockTime', [found.slot]));

  const { meta } = found;
  const ownerAccount = associatedTokenAddress(owner, mint);
  const [payerIndex, newIndex, fromIndex] = [treasury.address, ownerAccount, treasury.tokenAccounts.USDC].map((key) =>
    message.addresses.indexOf(key),
  );
  const change = (index) => meta.postBalances[index] - meta.preBalances[index];
  assert.equal(meta.err, null);
  assert.equal(meta.preBalances.length, message.addresses.length);
  assert.equal(change(payerIndex), -(meta.fee + change(newIndex)));
  assert.deepEqual(meta.loadedAddresses, { writable: [], readonly: [] });
  const balancesAt = (index) =>
    ['preTokenBalances', 'postTokenBalances'].map((kind) =>
      meta[kind].find((balance) => balance.accountIndex === index),
    );
  const [none, created] = balancesAt(newIndex);
  const uiTokenAmount = { amount: '2500000', decimals: 6, uiAmount: 2.5, uiAmountString: '2.5' };
  assert.equal(none, undefined);
  assert.deepEqual(created, { accountIndex: newIndex, mint, uiTokenAmount, owner, programId: tokenProgram });
  const [before, after] = balancesAt(fromIndex).map((balance) => BigInt(balance.uiTokenAmount.amount));
  assert.equal(before - after, 2_500_000n);
  assert.ok(meta.computeUnitsConsumed > 0 && meta.logMessages.length > 0);
  assert.ok(meta.innerInstructions[0].instructions.length > 0, 'the account was made by calls of programs');

  const json = await rpc.send('getTransaction', [signature, anyVersion]);
  assert.deepEqual(json.meta, meta);
  assert.deepEqual(json.transaction.signatures, signatures);
  assert.deepEqual(json.transaction.message.accountKeys, message.addresses);
  assert.deepEqual(json.transaction.message.addressTableLookups, []);
  assert.deepEqual(
    json.transaction.message.instructions.map(({ programIdIndex }) => message.addresses[programIdIndex]),
    message.instructions.map(({ program }) => program),
  );

  await assert.rejects(rpc.send('getTransaction', [signature]), { code: -32015 });
  await assert.rejects(rpc.send('getTransaction', [signature.slice(0, 40), anyVersion]), { code: -32602 });
  await assert.rejects(rpc.send('getTransaction', [signature, { ...anyVersion, commitment: 'processed' }]), {
    code: -32602,
  });
  assert.equal(await rpc.send('getTransaction', ['1'.repeat(64), anyVersion]), null);
  console.log(`solana: ${signature.slice(0, 8)}… is found again, with a fee of ${meta.fee} lamports`);
}

/** What fails has its place in a block and costs its fee. A legacy transaction needs no word about versions. */
async function checkFailure(rpc, signature) {
  const { meta, version } = await rpc.send('getTransaction', [signature, base64]);
  assert.deepEqual(meta.err, { InstructionError: [0, { Custom: 1 }] });
  assert.equal(meta.preBalances[0] - meta.postBalances[0], meta.fee);
  assert.deepEqual(meta.preTokenBalances, meta.postTokenBalances);
  assert.equal(version, undefined);
}

async function checkSignatures(rpc, { signatures, account }) {
  const [newest, failed, oldest] = signatures;
  const find = async (config) =>
    (await rpc.send('getSignaturesForAddress', [account, config])).map((found) => found.signature);
  const all = await rpc.send('getSignaturesForAddress', [account]);
  assert.deepEqual(
    all.map((found) => found.signature),
    signatures,
  );
  const { slot, blockTime } = await rpc.send('getTransaction', [failed, base64]);
  assert.deepEqual(all[1], {
    signature: failed,
    slot,
    err: { InstructionError: [0, { Custom: 1 }] },
    memo: null,
    blockTime,
    confirmationStatus: 'finalized',
  });
  assert.deepEqual(await find({ limit: 2 }), [newest, failed]);
  assert.deepEqual(await find({ before: newest }), [failed, oldest]);
  assert.deepEqual(await find({ until: oldest }), [newest, failed]);
  assert.deepEqual(await find({ before: newest, until: oldest, limit: 1 }), [failed]);
  assert.deepEqual(await find({ before: '1'.repeat(64) }), []);
  for (const config of [{ limit: 0 }, { limit: 1_001 }, { before: account }, { commitment: 'processed' }]) {
    await assert.rejects(find(config), { code: -32602 });
  }
}

/** A message that was executed is known, even without its signatures; with another blockhash it is another message. */
async function checkRepetition(rpc, bytes) {
  const text = withoutSignatures(readTransaction(bytes)).toString('base64');
  const simulate = async (config) =>
    (await rpc.send('simulateTransaction', [text, { ...base64, ...config }])).value.err;
  assert.equal(await simulate(), 'AlreadyProcessed');
  assert.deepEqual(await simulate({ replaceRecentBlockhash: true }), { InstructionError: [0, 'IllegalOwner'] });
}

/** A receiver whose address stands in a lookup table: refused while there is no such table, with a preflight or not. */
async function checkLookupTable(rpc, signer) {
  const table = new TestKeypair('a lookup table').address;
  const receiver = new TestKeypair('a receiver').address;
  const write = async () => {
    const { blockhash } = (await rpc.send('getLatestBlockhash')).value;
    const instruction = transferSol(signer.address, receiver, 3_000_000n);
    const values = { payer: signer.address, instructions: [instruction], blockhash, versioned: true };
    const message = lookUpSecondAddress(writeMessage(values), table);
    return writeTransaction(message, [signer]).toString('base64');
  };
  const send = async (config) => rpc.send('sendTransaction', [await write(), { ...base64, ...config }]);
  await assert.rejects(send(), (error) => error.data.err === 'AddressLookupTableNotFound');
  const refused = await send({ skipPreflight: true });
  assert.equal(await rpc.send('getTransaction', [refused, anyVersion]), null);

  const data = Buffer.alloc(lookupTableHeader + 32);
  data[0] = 1; // It is a table.
  data.fill(0xff, 4, 12); // It was never closed.
  data.set(decodeBase58(receiver), lookupTableHeader);
  const account = { lamports: 10_000_000, data: [data.toString('base64'), 'base64'], owner: lookupTableProgram };
  await rpc.send('test_setAccount', [{ pubkey: table, account }]);
  const { meta, transaction } = await rpc.send('getTransaction', [await send(), anyVersion]);
  assert.deepEqual(meta.loadedAddresses, { writable: [receiver], readonly: [] });
  assert.deepEqual(meta.postBalances.slice(-1), [3_000_000]);
  assert.deepEqual(transaction.message.addressTableLookups, [
    { accountKey: table, writableIndexes: [0], readonlyIndexes: [] },
  ]);
  assert.equal((await rpc.send('getSignaturesForAddress', [receiver])).length, 1);
}

/** Takes the receiver out of a transfer's message, whose accounts are the payer, the receiver and the program. */
function lookUpSecondAddress(message, table) {
  const [version, signers, readonlySigners, readonly] = message;
  const addresses = 5;
  const program = message.subarray(addresses + 64, addresses + 96);
  const blockhash = message.subarray(addresses + 96, addresses + 128);
  // One instruction: it calls the second account, with the first and the one from the table.
  const data = message.subarray(-1 - transferSize, -1);
  return Buffer.concat([
    Buffer.from([version, signers, readonlySigners, readonly, 2]),
    ...[message.subarray(addresses, addresses + 32), program, blockhash],
    ...[Buffer.from([1, 1, 2, 0, 2, transferSize]), data],
    ...[Buffer.from([1]), decodeBase58(table), Buffer.from([1, 0, 0])],
  ]);
}

/** Nodes forget a status unless they are told to search. */
async function checkOldStatus(rpc, signature) {
  const status = async (config) => (await rpc.send('getSignatureStatuses', [[signature], config])).value[0];
  const slot = await rpc.send('getSlot');
  const { err, confirmationStatus } = await status();
  assert.deepEqual([err, confirmationStatus], [null, 'finalized']);
  await rpc.send('test_setTime', [(await rpc.send('getBlockTime', [slot])) + 120, slot + 300]);
  assert.equal(await status(), null);
  assert.equal((await status({ searchTransactionHistory: true })).err, null);
  await assert.rejects(rpc.send('getSignatureStatuses', [['x']]), { code: -32602 });
}

/** A transaction that only its payer has to sign, and has not. */
function unsigned(message) {
  return Buffer.concat([Buffer.from([1]), Buffer.alloc(64), message]).toString('base64');
}
