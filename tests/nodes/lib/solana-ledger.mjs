// The package's own entry would load Solana's whole client library, which nothing here needs.
import litesvm from 'litesvm/dist/internal.js';
import { decodeBase58, encodeBase58 } from './base58.mjs';
import { systemProgram } from './solana-address.mjs';
import { balancesOf } from './solana-balances.mjs';
import { SolanaHistory } from './solana-history.mjs';
import { transferSol } from './solana-instructions.mjs';
import { TestKeypair } from './solana-keypair.mjs';
import { readTransaction, withoutSignatures, writeMessage, writeTransaction } from './solana-transaction.mjs';

export const slotsPerEpoch = 432_000n;
// For how many blocks a blockhash can be used.
const blockhashLifetime = 150n;
// Mainnet has fewer blocks than slots, because leaders skip some; nobody may take one for the other.
const skippedSlots = 21_000_000n;
// More than all transactions that can be sent while a blockhash is valid, so that none is executed twice.
const transactionHistory = 1_000n;
// What airdrops are taken from.
const faucetLamports = 9_000_000_000_000_000n;
// Where the addresses of a lookup table begin.
const lookupTableHeader = 56;
const addressSize = 32;
const noReturnData = { program: systemProgram, data: Buffer.alloc(0) };

/**
 * Accounts, a clock and the programs that act on them. Time stands still except for transactions, each of which
 * has a slot of its own, and for moveTo.
 */
export class SolanaLedger {
  #svm = new litesvm.LiteSvm();
  #blockhashes = new Map();
  #faucet = new TestKeypair('faucet of the local node');
  #seconds = 0;
  slotSeconds = 0.4;
  history = new SolanaHistory();

  constructor() {
    this.#svm.setTransactionHistory(transactionHistory);
    this.#svm.setEpochSchedule(new litesvm.EpochSchedule(slotsPerEpoch, slotsPerEpoch, false, 0n, 0n));
    this.moveTo(skippedSlots, 0);
    const faucet = { lamports: faucetLamports, owner: systemProgram, executable: false, data: Buffer.alloc(0) };
    this.setAccount(this.#faucet.address, faucet);
  }

  get slot() {
    return this.#svm.getClock().slot;
  }

  get blockHeight() {
    return this.slot - skippedSlots;
  }

  get unixTimestamp() {
    return Math.floor(this.#seconds);
  }

  /** Sets the clock; a new slot also has a new blockhash. */
  moveTo(slot, seconds) {
    if (slot < skippedSlots) {
      throw new Error(`Slots begin at ${skippedSlots}`);
    }
    const epoch = slot / slotsPerEpoch;
    const epochStart = seconds - Number(slot % slotsPerEpoch) * this.slotSeconds;
    this.#seconds = seconds;
    this.#svm.setClock(
      new litesvm.Clock(slot, BigInt(Math.floor(epochStart)), epoch, epoch + 1n, BigInt(this.unixTimestamp)),
    );
    this.#svm.expireBlockhash();
    this.#blockhashes.set(this.#svm.latestBlockhash(), this.blockHeight);
    for (const [blockhash, height] of this.#blockhashes) {
      if (height > this.blockHeight || height + blockhashLifetime < this.blockHeight) {
        this.#blockhashes.delete(blockhash);
      }
    }
  }

  latestBlockhash() {
    return { blockhash: this.#svm.latestBlockhash(), lastValidBlockHeight: this.blockHeight + blockhashLifetime };
  }

  isBlockhashValid(blockhash) {
    return this.#blockhashes.has(blockhash);
  }

  rentExemption(size) {
    return this.#svm.minimumBalanceForRentExemption(size);
  }

  /** { lamports, owner, executable, data } or undefined. */
  account(address) {
    const account = this.#svm.getAccount(decodeBase58(address));
    return account ? plainAccount(account) : undefined;
  }

  /** The accounts that belong to a program, each with its address. */
  accountsOf(program) {
    return this.#svm
      .getProgramAccounts(decodeBase58(program))
      .map((found) => ({ address: encodeBase58(found.address), ...plainAccount(found.account()) }));
  }

  setAccount(address, { lamports, owner, executable, data }) {
    const account = new litesvm.Account(lamports, data, decodeBase58(owner), executable, 0n);
    this.#svm.setAccount(decodeBase58(address), account);
  }

  /** A transfer like any other, from an account that has enough for all; returns { signature, error }. */
  airdrop(address, lamports) {
    const payer = this.#faucet.address;
    const { blockhash } = this.latestBlockhash();
    const message = writeMessage({ payer, instructions: [transferSol(payer, address, lamports)], blockhash });
    const bytes = writeTransaction(message, [this.#faucet]);
    return this.send(bytes, readTransaction(bytes));
  }

  /** Executes a transaction for good and returns { signature, error }; it may have been refused altogether. */
  send(bytes, transaction) {
    const [signature] = transaction.signatures;
    const isNew = !this.history.get(signature);
    const loaded = this.#loadedAddresses(transaction.message);
    const addresses = [...transaction.message.addresses, ...loaded.writable, ...loaded.readonly];
    const before = balancesOf(this, addresses);
    this.#svm.setBlockhashCheck(!this.isBlockhashValid(transaction.message.blockhash));
    const outcome = this.#svm.sendVersionedTransaction(bytes);
    const error = this.#errorOf(outcome, transaction);
    // A refused transaction leaves no trace and is in no block.
    if (isNew && this.#svm.getTransaction(decodeBase58(signature))) {
      const block = { slot: this.slot, blockTime: this.unixTimestamp };
      const balances = { before, after: balancesOf(this, addresses) };
      const details = detailsOf(error ? outcome.meta() : outcome);
      this.history.add({ signature, error, bytes, transaction, addresses, loaded, ...block, ...balances, ...details });
      this.moveTo(this.slot + 1n, this.#seconds + this.slotSeconds);
    }
    return { signature, error };
  }

  /** What a transaction would do: { error, logs, unitsConsumed, returnData, accountAfter }. */
  simulate(bytes, transaction, { verifySignatures, anyBlockhash }) {
    const isValid = this.isBlockhashValid(transaction.message.blockhash);
    // Litesvm looks for the signature, which need not be there; nodes look for the message with its blockhash.
    if (!verifySignatures && !anyBlockhash && isValid && this.history.hasMessage(transaction.messageBytes)) {
      return { error: 'AlreadyProcessed', logs: [], unitsConsumed: 0n, returnData: noReturnData };
    }
    this.#svm.setSigverify(verifySignatures);
    // Litesvm knows only the latest blockhash; older ones that are still valid are known here.
    this.#svm.setBlockhashCheck(!anyBlockhash && !isValid);
    let outcome;
    try {
      outcome = this.#svm.simulateVersionedTransaction(verifySignatures ? bytes : withoutSignatures(transaction));
    } finally {
      this.#svm.setSigverify(true);
    }
    const error = this.#errorOf(outcome, transaction);
    const changed = new Map(
      error ? [] : outcome.postAccounts().map((found) => [encodeBase58(found.address), found.account()]),
    );
    return {
      error,
      ...detailsOf(outcome.meta()),
      accountAfter: (address) => (changed.has(address) ? plainAccount(changed.get(address)) : this.account(address)),
    };
  }

  /** The addresses that a message takes from lookup tables; the runtime refuses one that it has not all of. */
  #loadedAddresses({ lookups }) {
    const addressesAt = (table, indexes) => {
      const data = this.account(table)?.data ?? Buffer.alloc(0);
      const found = [...indexes].map((index) => data.subarray(lookupTableHeader + index * addressSize));
      return found
        .filter((rest) => rest.length >= addressSize)
        .map((rest) => encodeBase58(rest.subarray(0, addressSize)));
    };
    return {
      writable: lookups.flatMap(({ table, writable }) => addressesAt(table, writable)),
      readonly: lookups.flatMap(({ table, readonly }) => addressesAt(table, readonly)),
    };
  }

  #errorOf(outcome, { message }) {
    const error = errorOf(outcome);
    // Litesvm says the same of an account that is no program and of none at all.
    return error === 'InvalidProgramForExecution' && message.instructions.some(({ program }) => !this.account(program))
      ? 'ProgramAccountNotFound'
      : error;
  }
}

function detailsOf(meta) {
  const returned = meta.returnData();
  return {
    logs: meta.logs(),
    unitsConsumed: meta.computeUnitsConsumed(),
    returnData: { program: encodeBase58(returned.programId()), data: Buffer.from(returned.data()) },
    innerInstructions: meta.innerInstructions().map((list) => list.map(plainInstruction)),
  };
}

function plainInstruction(inner) {
  const instruction = inner.instruction();
  return {
    programIndex: instruction.programIdIndex(),
    accounts: instruction.accounts(),
    data: Buffer.from(instruction.data()),
    stackHeight: inner.stackHeight(),
  };
}

function plainAccount(account) {
  return {
    lamports: account.lamports(),
    owner: encodeBase58(account.owner()),
    executable: account.executable(),
    data: Buffer.from(account.data()),
  };
}

/** The error as the RPC of a real node writes it, or undefined. */
function errorOf(outcome) {
  if (!(outcome instanceof litesvm.FailedTransactionMetadata)) {
    return undefined;
  }
  const error = outcome.err();
  if (error instanceof litesvm.TransactionErrorInstructionError) {
    const reason = error.err();
    return {
      InstructionError: [
        error.index,
        reason instanceof litesvm.InstructionErrorCustom ? { Custom: reason.code } : nameIn(error, 'error'),
      ],
    };
  }
  if (error instanceof litesvm.TransactionErrorDuplicateInstruction) {
    return { DuplicateInstruction: error.index };
  }
  const name = nameIn(outcome, 'err').replace(/^TransactionError/, '');
  return typeof error === 'number' ? name : { [name]: { account_index: error.accountIndex } };
}

/** Litesvm gives errors without fields as numbers; only its descriptions have their names. */
function nameIn(described, field) {
  return new RegExp(`\\b${field}: (\\w+)`).exec(described.toString())[1];
}
