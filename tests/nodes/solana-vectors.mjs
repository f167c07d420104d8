// Writes test vectors for Solana: derived addresses, instructions and messages of version 0, as the official libraries
// build them. They are large, so they are installed in a folder of their own and not here:
//
//   mkdir /tmp/solana-sdks && cd /tmp/solana-sdks && npm init -y
//   npm install --ignore-scripts --save-exact @solana/web3.js@1.99.0 @solana/spl-token@0.4.15 \
//     @solana/spl-stake-pool@1.1.8 @marinade.finance/marinade-ts-sdk@6.0.0 @sqds/multisig@2.1.4
//
// Usage: node solana-vectors.mjs FILE /tmp/solana-sdks
import assert from 'node:assert/strict';
import { decodeBase58 } from './lib/base58.mjs';
import { SeededRandom } from './lib/random.mjs';
import { nameAccounts } from './lib/solana-account-names.mjs';
import { readDump } from './lib/solana-accounts.mjs';
import { findProgramAddress } from './lib/solana-address.mjs';
import { curveEdges, CurveOracle, littleEndian } from './lib/solana-curve-cases.mjs';
import { loadSolanaSdks } from './lib/solana-sdks.mjs';
import { readTransaction } from './lib/solana-transaction.mjs';
import { writeVectors } from './lib/vector-file.mjs';

const seed = 'solana-vectors-1';
const casesOfEachInstruction = 3;
const derivedCases = 10;
const curveCasesOfEachKind = 10;
const usdcMint = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const jitoStakePool = 'Jito4APyf642JPZPx3hGc6WWJ8zPKtRbRs4P815Awbb';
const marinadeStateAddress = '8szGkuLTAux9XMgZ2vtY39jVSowEcpBfFfD8hXSEqdGC';
// What accounts of these sizes need to be exempt from rent: (128 + size) × 6960 lamports.
const ticketSize = 88;
const ticketRent = 1_503_360;
const stakeAccountRent = 2_282_880;

const [file, folder] = process.argv.slice(2);
if (!file || !folder) {
  console.error('Usage: node solana-vectors.mjs FILE FOLDER_WITH_THE_LIBRARIES');
  process.exit(2);
}
const { web3, token, stakePool, marinade, squads } = loadSolanaSdks(folder);
const { ComputeBudgetProgram, PublicKey, StakeProgram, SystemProgram } = web3;
const random = new SeededRandom(seed);
const curve = new CurveOracle();

/** Any address; many are no public keys, as those of programs' accounts are not. */
function randomAddress() {
  return new PublicKey(random.bytes(32));
}

/** The address of a wallet, which is a public key. */
function randomWallet() {
  return web3.Keypair.fromSeed(random.bytes(32)).publicKey;
}

/** Amounts of every magnitude. */
function randomAmount(bits) {
  return random.bits(1 + random.below(bits)) + 1n;
}

/** The library of the stake pools takes numbers, so it has no larger amounts. */
function randomSafeAmount() {
  return Number(randomAmount(52));
}

function tokenAddress(mint, owner, program = token.TOKEN_PROGRAM_ID) {
  return token.getAssociatedTokenAddressSync(mint, owner, true, program);
}

function createTokenAccount(payer, owner, mint, program = token.TOKEN_PROGRAM_ID) {
  const address = tokenAddress(mint, owner, program);
  return token.createAssociatedTokenAccountIdempotentInstruction(payer, address, owner, mint, program);
}

function derive(seeds, program) {
  const [address, bump] = PublicKey.findProgramAddressSync(seeds, program);
  // Our own derivation, which the local node uses, has to agree.
  assert.equal(address.toBase58(), findProgramAddress(seeds, program.toBase58()));
  return { address, bump };
}

/** The accounts that Jito's pool has on mainnet. */
function jitoPool() {
  const pool = stakePool.StakePoolLayout.decode(dumped('jito-stake-pool__glam2024'));
  return {
    stakePool: new PublicKey(jitoStakePool),
    withdrawAuthority: withdrawAuthority(new PublicKey(jitoStakePool)),
    reserveStake: pool.reserveStake,
    managerFeeAccount: pool.managerFeeAccount,
    poolMint: pool.poolMint,
    validatorList: pool.validatorList,
  };
}

function randomPool() {
  const address = randomAddress();
  return {
    stakePool: address,
    withdrawAuthority: withdrawAuthority(address),
    reserveStake: randomAddress(),
    managerFeeAccount: randomAddress(),
    poolMint: randomAddress(),
    validatorList: randomAddress(),
  };
}

function withdrawAuthority(pool) {
  return derive([pool.toBuffer(), Buffer.from('withdraw')], stakePool.STAKE_POOL_PROGRAM_ID).address;
}

function dumped(name) {
  return Buffer.from(readDump(name).account.data[0], 'base64');
}

/** Marinade's state at this address, with the contents that the real one has on mainnet. */
function marinadeState(address = new PublicKey(marinadeStateAddress)) {
  return marinade.stateAt(address, dumped('marinade-state__glam2024'));
}

/** The same for accounts that are all different from mainnet's. */
function randomMarinadeState() {
  const state = marinadeState(randomAddress());
  return Object.assign(state, { mSolMintAddress: randomAddress(), mSolLeg: randomAddress() });
}

// Each gives the values that go in and the instruction that comes out. The first case of the staking
// programs is about the real pool.
const instructionKinds = {
  setComputeUnitLimit: () => {
    const units = Number(random.bits(1 + random.below(21)));
    return [{ units }, ComputeBudgetProgram.setComputeUnitLimit({ units })];
  },
  setComputeUnitPrice: () => {
    const microLamports = randomAmount(63);
    return [{ microLamports }, ComputeBudgetProgram.setComputeUnitPrice({ microLamports })];
  },
  systemTransfer: () => {
    const values = { fromPubkey: randomWallet(), toPubkey: randomAddress(), lamports: randomAmount(63) };
    return [values, SystemProgram.transfer(values)];
  },
  systemCreateAccount: () => {
    const values = {
      fromPubkey: randomWallet(),
      newAccountPubkey: randomWallet(),
      lamports: Number(randomAmount(40)),
      space: random.pick([ticketSize, StakeProgram.space, 165]),
      programId: randomAddress(),
    };
    return [values, SystemProgram.createAccount(values)];
  },
  createAssociatedTokenAccountIdempotent: (index) => {
    const tokenProgram = index === 2 ? token.TOKEN_2022_PROGRAM_ID : token.TOKEN_PROGRAM_ID;
    const values = { payer: randomWallet(), owner: randomWallet(), mint: randomAddress(), tokenProgram };
    return [values, createTokenAccount(values.payer, values.owner, values.mint, tokenProgram)];
  },
  transferChecked: () => {
    const values = {
      source: randomAddress(),
      mint: randomAddress(),
      destination: randomAddress(),
      owner: randomWallet(),
      amount: randomAmount(63),
      decimals: random.below(10),
    };
    return [values, token.createTransferCheckedInstruction(...Object.values(values))];
  },
  syncNative: () => {
    const values = { account: randomAddress() };
    return [values, token.createSyncNativeInstruction(values.account)];
  },
  closeAccount: () => {
    const values = { account: randomAddress(), destination: randomAddress(), owner: randomWallet() };
    return [values, token.createCloseAccountInstruction(...Object.values(values))];
  },
  stakePoolDepositSol: (index) => {
    const { validatorList, ...pool } = index === 0 ? jitoPool() : randomPool();
    const destinationPoolAccount = randomAddress();
    const values = {
      ...pool,
      fundingAccount: randomWallet(),
      destinationPoolAccount,
      referralPoolAccount: index === 0 ? destinationPoolAccount : randomAddress(),
      lamports: randomSafeAmount(),
    };
    return [values, stakePool.StakePoolInstruction.depositSol(values)];
  },
  stakePoolWithdrawSol: (index) => {
    const { validatorList, ...pool } = index === 0 ? jitoPool() : randomPool();
    const values = {
      ...pool,
      sourcePoolAccount: randomAddress(),
      destinationSystemAccount: randomWallet(),
      sourceTransferAuthority: randomWallet(),
      poolTokens: randomSafeAmount(),
    };
    return [values, stakePool.StakePoolInstruction.withdrawSol(values)];
  },
  stakePoolWithdrawStake: (index) => {
    const { reserveStake, ...pool } = index === 0 ? jitoPool() : randomPool();
    const values = {
      ...pool,
      validatorStake: randomAddress(),
      destinationStake: randomAddress(),
      destinationStakeAuthority: randomWallet(),
      sourceTransferAuthority: randomWallet(),
      sourcePoolAccount: randomAddress(),
      poolTokens: randomSafeAmount(),
    };
    return [values, stakePool.StakePoolInstruction.withdrawStake(values)];
  },
  marinadeDeposit: async (index) => {
    const state = index === 0 ? marinadeState() : randomMarinadeState();
    const values = { transferFrom: randomWallet(), mintTo: randomAddress(), lamports: randomAmount(63) };
    return [{ ...marinadeAccounts(state), ...values }, await marinade.deposit(state, values)];
  },
  marinadeLiquidUnstake: async (index) => {
    const state = index === 0 ? marinadeState() : randomMarinadeState();
    const values = { owner: randomWallet(), getMsolFrom: randomAddress(), msolAmount: randomAmount(63) };
    const accounts = { ...marinadeAccounts(state), treasuryMsolAccount: state.treasuryMsolAccount };
    return [{ ...accounts, ...values }, await marinade.liquidUnstake(state, values)];
  },
  marinadeOrderUnstake: async (index) => {
    const state = index === 0 ? marinadeState() : randomMarinadeState();
    const values = {
      owner: randomWallet(),
      burnMsolFrom: randomAddress(),
      newTicketAccount: randomWallet(),
      msolAmount: randomAmount(63),
    };
    return [{ ...marinadeAccounts(state), ...values }, await marinade.orderUnstake(state, values)];
  },
  marinadeClaim: async (index) => {
    const state = index === 0 ? marinadeState() : randomMarinadeState();
    const values = { ticketAccount: randomAddress(), transferSolTo: randomWallet() };
    return [{ ...marinadeAccounts(state), ...values }, await marinade.claim(state, values)];
  },
};

function marinadeAccounts(state) {
  return { state: state.marinadeStateAddress, msolMint: state.mSolMintAddress, liqPoolMsolLeg: state.mSolLeg };
}

async function instructionVectors() {
  const vectors = [];
  for (const [kind, build] of Object.entries(instructionKinds)) {
    for (let index = 0; index < casesOfEachInstruction; index++) {
      const [values, instruction] = await build(index);
      vectors.push(instructionVector({ kind, values: written(values), ...instructionJson(instruction) }));
    }
  }
  return vectors;
}

function instructionVector(vector) {
  const [, marinadeName] = /^marinade(.*)$/.exec(vector.kind) ?? [];
  if (!marinadeName) {
    return { ...vector, accounts: nameAccounts(vector) };
  }
  const described = marinade.accountsOf(marinadeName[0].toLowerCase() + marinadeName.slice(1));
  assert.deepEqual(
    vector.accounts.map(({ signer, writable }) => [signer, writable]),
    described.map(({ isSigner, isMut }) => [isSigner, isMut]),
  );
  const names = described.map(({ name }) => name);
  return { ...vector, accounts: nameAccounts(vector, names) };
}

/** Addresses in base 58; numbers as decimal text. */
function written(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.toString()]));
}

function instructionJson({ programId, keys, data }) {
  return {
    program: programId.toBase58(),
    accounts: keys.map(({ pubkey, isSigner, isWritable }) => ({
      address: pubkey.toBase58(),
      signer: isSigner,
      writable: isWritable,
    })),
    data: Buffer.from(data).toString('hex'),
  };
}

// Whole transactions as a treasury would send them, on mainnet's accounts.
const transactionKinds = {
  transferSol: (payer) => [
    SystemProgram.transfer({ fromPubkey: payer, toPubkey: randomWallet(), lamports: 1_500_000_000n }),
  ],
  transferUsdc: (payer) => {
    const mint = new PublicKey(usdcMint);
    const receiver = randomWallet();
    const [from, to] = [payer, receiver].map((owner) => tokenAddress(mint, owner));
    return [
      createTokenAccount(payer, receiver, mint),
      token.createTransferCheckedInstruction(from, mint, to, payer, 250_000_000_000n, 6),
    ];
  },
  wrapSol: (payer) => {
    const account = tokenAddress(token.NATIVE_MINT, payer);
    return [
      createTokenAccount(payer, payer, token.NATIVE_MINT),
      SystemProgram.transfer({ fromPubkey: payer, toPubkey: account, lamports: 2_000_000_000n }),
      token.createSyncNativeInstruction(account),
    ];
  },
  jitoDepositSol: (payer) => {
    const { validatorList, ...pool } = jitoPool();
    const account = tokenAddress(pool.poolMint, payer);
    return [
      createTokenAccount(payer, payer, pool.poolMint),
      stakePool.StakePoolInstruction.depositSol({
        ...pool,
        fundingAccount: payer,
        destinationPoolAccount: account,
        referralPoolAccount: account,
        lamports: 40_000_000_000,
      }),
    ];
  },
  jitoWithdrawSol: (payer) => {
    const { validatorList, ...pool } = jitoPool();
    return [
      stakePool.StakePoolInstruction.withdrawSol({
        ...pool,
        sourcePoolAccount: tokenAddress(pool.poolMint, payer),
        destinationSystemAccount: payer,
        sourceTransferAuthority: payer,
        poolTokens: 3_000_000_001,
      }),
    ];
  },
  jitoWithdrawStake: (payer) => {
    const { reserveStake, ...pool } = jitoPool();
    // The stake moves to a new account, which signs for its creation.
    const destinationStake = randomWallet();
    return [
      SystemProgram.createAccount({
        fromPubkey: payer,
        newAccountPubkey: destinationStake,
        lamports: stakeAccountRent,
        space: StakeProgram.space,
        programId: StakeProgram.programId,
      }),
      stakePool.StakePoolInstruction.withdrawStake({
        ...pool,
        validatorStake: randomAddress(),
        destinationStake,
        destinationStakeAuthority: payer,
        sourceTransferAuthority: payer,
        sourcePoolAccount: tokenAddress(pool.poolMint, payer),
        poolTokens: 5_000_000_000,
      }),
    ];
  },
  marinadeDeposit: async (payer) => {
    const state = marinadeState();
    const mintTo = tokenAddress(state.mSolMintAddress, payer);
    return [
      createTokenAccount(payer, payer, state.mSolMintAddress),
      await marinade.deposit(state, { transferFrom: payer, mintTo, lamports: 10_000_000_000n }),
    ];
  },
  marinadeOrderUnstake: async (payer) => {
    const state = marinadeState();
    const newTicketAccount = randomWallet();
    return [
      SystemProgram.createAccount({
        fromPubkey: payer,
        newAccountPubkey: newTicketAccount,
        lamports: ticketRent,
        space: ticketSize,
        programId: marinade.program,
      }),
      await marinade.orderUnstake(state, {
        owner: payer,
        burnMsolFrom: tokenAddress(state.mSolMintAddress, payer),
        newTicketAccount,
        msolAmount: 4_000_000_000n,
      }),
    ];
  },
};

// The same for a vault that several people own together, whose address no key belongs to.
const vaultTransactionKinds = {
  vaultTransferUsdc: transactionKinds.transferUsdc,
  vaultJitoDepositSol: transactionKinds.jitoDepositSol,
  vaultJitoWithdrawSol: transactionKinds.jitoWithdrawSol,
  vaultMarinadeDeposit: transactionKinds.marinadeDeposit,
  vaultMarinadeLiquidUnstake: marinadeLiquidUnstake,
};

async function marinadeLiquidUnstake(payer) {
  const state = marinadeState();
  const getMsolFrom = tokenAddress(state.mSolMintAddress, payer);
  return [await marinade.liquidUnstake(state, { owner: payer, getMsolFrom, msolAmount: 7_000_000_000n })];
}

async function transactionVectors(kinds, randomPayer) {
  const vectors = [];
  for (const [kind, build] of Object.entries(kinds)) {
    vectors.push(await transactionVector(kind, build, randomPayer()));
  }
  return vectors;
}

async function transactionVector(kind, build, payer) {
  const blockhash = randomAddress().toBase58();
  const instructions = [
    ComputeBudgetProgram.setComputeUnitLimit({ units: 20_000 + random.below(300_000) }),
    ComputeBudgetProgram.setComputeUnitPrice({ microLamports: randomAmount(24) }),
    ...(await build(payer)),
  ];
  const message = new web3.TransactionMessage({
    payerKey: payer,
    recentBlockhash: blockhash,
    instructions,
  }).compileToV0Message();
  const bytes = Buffer.from(message.serialize());
  // Without signatures, which are all zeros then.
  const transaction = Buffer.from(new web3.VersionedTransaction(message).serialize());
  checkTransaction(transaction, { payer, blockhash, instructions });
  return {
    kind,
    payer: payer.toBase58(),
    blockhash,
    instructions: instructions.map(instructionJson),
    requiredSignatures: message.header.numRequiredSignatures,
    addresses: message.staticAccountKeys.map((key) => key.toBase58()),
    message: bytes.toString('base64'),
    transaction: transaction.toString('base64'),
  };
}

/** The local node's own reader finds in the bytes what was put in. */
function checkTransaction(bytes, { payer, blockhash, instructions }) {
  const { signatures, message } = readTransaction(bytes);
  assert.ok(signatures.every((signature) => decodeBase58(signature).every((byte) => byte === 0)));
  assert.equal(message.addresses[0], payer.toBase58());
  assert.equal(message.blockhash, blockhash);
  assert.deepEqual(
    message.instructions.map(({ program, data }) => [program, Buffer.from(data)]),
    instructions.map(({ programId, data }) => [programId.toBase58(), Buffer.from(data)]),
  );
}

function associatedTokenVector(_, index) {
  const owner = index < 5 ? randomWallet() : randomAddress();
  return associatedTokenOf(owner, index);
}

function associatedTokenOf(owner, index) {
  const mint = index === 0 ? new PublicKey(usdcMint) : randomAddress();
  const tokenProgram = index % 4 === 3 ? token.TOKEN_2022_PROGRAM_ID : token.TOKEN_PROGRAM_ID;
  const seeds = [owner, tokenProgram, mint].map((part) => part.toBuffer());
  const { address, bump } = derive(seeds, token.ASSOCIATED_TOKEN_PROGRAM_ID);
  assert.ok(address.equals(tokenAddress(mint, owner, tokenProgram)));
  return { ...written({ owner, mint, tokenProgram, address }), bump, ownerOnCurve: isOnCurve(owner) };
}

/** A vault of Squads, with the multisig that it belongs to. */
function squadsVector(_, index) {
  const createKey = randomWallet();
  const vaultIndex = index < 2 ? index : random.below(256);
  const program = squads.PROGRAM_ID;
  const multisig = derive([Buffer.from('multisig'), Buffer.from('multisig'), createKey.toBuffer()], program);
  const seeds = [Buffer.from('multisig'), multisig.address.toBuffer(), Buffer.from('vault'), Buffer.from([vaultIndex])];
  const vault = derive(seeds, program);
  assert.ok(multisig.address.equals(squads.getMultisigPda({ createKey })[0]));
  assert.ok(vault.address.equals(squads.getVaultPda({ multisigPda: multisig.address, index: vaultIndex })[0]));
  return {
    ...written({ createKey, multisig: multisig.address }),
    multisigBump: multisig.bump,
    vaultIndex,
    ...written({ vault: vault.address }),
    vaultBump: vault.bump,
  };
}

function curveVectors() {
  const kinds = [randomWallet, randomVault, randomAddress, randomAddress];
  const keys = kinds.flatMap((make) => Array.from({ length: curveCasesOfEachKind }, make));
  return keys.map((key) => ({
    address: key.toBase58(),
    bytes: key.toBuffer().toString('hex'),
    onCurve: isOnCurve(key),
  }));
}

function randomVault() {
  return new PublicKey(squadsVector(undefined, 0).vault);
}

/** What the library and the runtime agree on. */
function isOnCurve(key) {
  const bytes = key.toBuffer();
  assert.equal(PublicKey.isOnCurve(bytes), curve.isOnCurve(bytes));
  return curve.isOnCurve(bytes);
}

/** The runtime takes some values that the library refuses. */
function curveEdgeVector([what, value]) {
  const bytes = littleEndian(value);
  return {
    what,
    address: new PublicKey(bytes).toBase58(),
    bytes: bytes.toString('hex'),
    onCurve: curve.isOnCurve(bytes),
    onCurveByWeb3js: PublicKey.isOnCurve(bytes),
  };
}

/** With the address of the stake that the pool gave to a validator, which withdrawStake takes it from. */
function stakePoolVector(_, index) {
  const pool = index === 0 ? new PublicKey(jitoStakePool) : randomAddress();
  const validatorVote = randomAddress();
  const program = stakePool.STAKE_POOL_PROGRAM_ID;
  const authority = derive([pool.toBuffer(), Buffer.from('withdraw')], program);
  const stake = derive([validatorVote.toBuffer(), pool.toBuffer()], program);
  return {
    ...written({ stakePool: pool, withdrawAuthority: authority.address }),
    withdrawAuthorityBump: authority.bump,
    ...written({ validatorVote, validatorStake: stake.address }),
    validatorStakeBump: stake.bump,
  };
}

async function marinadeVector(_, index) {
  const state = marinadeState(index === 0 ? undefined : randomAddress());
  const derived = {
    reserve: ['reserve', state.reserveAddress()],
    msolMintAuthority: ['st_mint', state.mSolMintAuthority()],
    liqPoolMsolLegAuthority: ['liq_st_sol_authority', state.mSolLegAuthority()],
    liqPoolSolLeg: ['liq_sol', state.solLeg()],
    lpMintAuthority: ['liq_mint', state.lpMintAuthority()],
    stakeDepositAuthority: ['deposit', state.stakeDepositAuthority()],
    stakeWithdrawAuthority: ['withdraw', state.stakeWithdrawAuthority()],
  };
  const vector = { state: state.marinadeStateAddress.toBase58() };
  for (const [name, [suffix, fromLibrary]] of Object.entries(derived)) {
    const { address } = derive([state.marinadeStateAddress.toBuffer(), Buffer.from(suffix)], marinade.program);
    assert.ok(address.equals(await fromLibrary), `${name} is derived from another seed`);
    vector[name] = address.toBase58();
  }
  return vector;
}

const inputs = Array.from({ length: derivedCases });
const associatedTokenAccounts = inputs.map(associatedTokenVector);
const stakePools = inputs.map(stakePoolVector);
const marinadeStates = await Promise.all(inputs.map(marinadeVector));
const instructions = await instructionVectors();
const transactions = await transactionVectors(transactionKinds, randomWallet);

// What was added later comes last, so that the random values above stay what they were.
const squadsVaults = inputs.map(squadsVector);
const ownersOffCurve = squadsVaults.map(({ vault }) => new PublicKey(vault));
associatedTokenAccounts.push(...ownersOffCurve.map((owner, index) => associatedTokenOf(owner, index)));
transactions.push(
  ...(await transactionVectors({ marinadeLiquidUnstake }, randomWallet)),
  ...(await transactionVectors(vaultTransactionKinds, randomVault)),
);
writeVectors(file, {
  associatedTokenAccounts,
  stakePools,
  marinadeStates,
  squadsVaults,
  curvePoints: curveVectors(),
  curveEdges: Object.entries(curveEdges).map(curveEdgeVector),
  instructions,
  transactions,
});
