// The package's own entry would load Solana's whole client library, which nothing here needs.
import litesvm from 'litesvm/dist/internal.js';
import { decodeBase58, encodeBase58 } from './base58.mjs';

export const slotsPerEpoch = 432_000n;
// For how many blocks a blockhash can be used.
const blockhashLifetime = 150n;
// Mainnet has fewer blocks than slots, because leaders skip some; nobody may take one for the other.
const skippedSlots = 21_000_000n;
// More than all transactions that can be sent while a blockhash is valid, so that none is executed twice.
const transactionHistory = 1_000n;

/**
 * Accounts, a clock and the programs that act on them. Time stands still except for transactions, each of which
 * has a slot of its own, and for moveTo.
 */
export class SolanaLedger {
  #svm = new litesvm.LiteSvm();
  #blockhashes = new Map();
  #statuses = new Map();
  #seconds = 0;
  slotSeconds = 0.4;

  constructor() {
    this.#svm.setTransactionHistory(transactionHistory);
    this.#svm.setEpochSchedule(new litesvm.EpochSchedule(slotsPerEpoch, slotsPerEpoch, false, 0n, 0n));
    this.moveTo(skippedSlots, 0);
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

  /** Returns { signature, error }. */
  airdrop(address, lamports) {
    const outcome = this.#svm.airdrop(decodeBase58(address), lamports);
    const error = errorOf(outcome);
    return this.#close(encodeBase58((error ? outcome.meta() : outcome).signature()), error);
  }

  /** Executes a transaction for good and returns { signature, error }; it may have been refused altogether. */
  send(bytes, transaction) {
    this.#svm.setBlockhashCheck(!this.isBlockhashValid(transaction.message.blockhash));
    const error = errorOf(this.#svm.sendVersionedTransaction(bytes));
    return this.#close(transaction.signatures[0], error);
  }

  /** What a transaction would do: { error, logs, unitsConsumed, returnData, accountAfter }. */
  simulate(bytes, transaction, { verifySignatures, anyBlockhash }) {
    this.#svm.setSigverify(verifySignatures);
    // Litesvm knows only the latest blockhash; older ones that are still valid are known here.
    this.#svm.setBlockhashCheck(!anyBlockhash && !this.isBlockhashValid(transaction.message.blockhash));
    let outcome;
    try {
      outcome = this.#svm.simulateVersionedTransaction(bytes);
    } finally {
      this.#svm.setSigverify(true);
    }
    const error = errorOf(outcome);
    const details = outcome.meta();
    const returned = details.returnData();
    const changed = new Map(
      error ? [] : outcome.postAccounts().map((found) => [encodeBase58(found.address), found.account()]),
    );
    return {
      error,
      logs: details.logs(),
      unitsConsumed: details.computeUnitsConsumed(),
      returnData: { program: encodeBase58(returned.programId()), data: Buffer.from(returned.data()) },
      accountAfter: (address) => (changed.has(address) ? plainAccount(changed.get(address)) : this.account(address)),
    };
  }

  /** { slot, error } of a transaction that was executed, or undefined. */
  status(signature) {
    return this.#statuses.get(signature);
  }

  /** Records what was executed and moves on to the next slot. */
  #close(signature, error) {
    // A refused transaction leaves no trace and is in no block.
    if (!this.#statuses.has(signature) && this.#svm.getTransaction(decodeBase58(signature))) {
      this.#statuses.set(signature, { slot: this.slot, error });
      this.moveTo(this.slot + 1n, this.#seconds + this.slotSeconds);
    }
    return { signature, error };
  }
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
