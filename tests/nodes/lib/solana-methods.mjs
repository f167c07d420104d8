// The methods of a Solana node that answer from a ledger, with the limits and messages of the real node.
import { decodeBase58, encodeBase58 } from './base58.mjs';
import { errorCodes, invalidParams, RpcError } from './json-rpc-server.mjs';
import { SeededRandom } from './random.mjs';
import { token2022Program, tokenProgram } from './solana-address.mjs';
import { feeOf } from './solana-fee.mjs';
import { slotsPerEpoch } from './solana-ledger.mjs';
import { readMessage, readTransaction } from './solana-transaction.mjs';

const apiVersion = '3.0.0';
const genesisHash = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const neverPaysRent = 18_446_744_073_709_551_615n;
const mostAccounts = 100;
const mostStatuses = 256;
const mostFeeAddresses = 128;
const mostBase58Bytes = 128;
const mostTransactionBytes = 1_232;
const sampleSeconds = 60;
const mostSamples = 720;
const transactionsPerSlot = { all: 1_600, withoutVotes: 600 };
const preflightFailure = -32002;
const signatureFailure = -32003;
const blockNotAvailable = -32004;

export function solanaMethods(ledger) {
  let priorityFees = usualPriorityFees();
  const inContext = (value) => ({ context: { slot: ledger.slot, apiVersion }, value });

  return {
    getHealth: () => 'ok',
    getVersion: () => ({ 'solana-core': apiVersion, 'feature-set': 0 }),
    getGenesisHash: () => genesisHash,
    getSlot: () => ledger.slot,
    getBlockHeight: () => ledger.blockHeight,
    getBlockTime: ([slot]) => blockTime(ledger, whole(slot, 'slot')),
    getEpochInfo: () => ({
      absoluteSlot: ledger.slot,
      blockHeight: ledger.blockHeight,
      epoch: ledger.slot / slotsPerEpoch,
      slotIndex: ledger.slot % slotsPerEpoch,
      slotsInEpoch: slotsPerEpoch,
      transactionCount: ledger.slot * BigInt(transactionsPerSlot.all),
    }),
    getEpochSchedule: () => ({
      slotsPerEpoch,
      leaderScheduleSlotOffset: slotsPerEpoch,
      warmup: false,
      firstNormalEpoch: 0,
      firstNormalSlot: 0,
    }),
    getRecentPerformanceSamples: ([limit]) => performanceSamples(ledger, limit),

    getMinimumBalanceForRentExemption: ([size]) => ledger.rentExemption(whole(size, 'size')),
    getLatestBlockhash: () => inContext(ledger.latestBlockhash()),
    isBlockhashValid: ([blockhash]) => inContext(ledger.isBlockhashValid(address(blockhash))),

    getBalance: ([key]) => inContext(ledger.account(address(key))?.lamports ?? 0n),
    getAccountInfo: ([key, config]) => inContext(accountInfo(ledger.account(address(key)), config)),
    getMultipleAccounts: ([keys, config]) =>
      inContext(addresses(keys, mostAccounts).map((key) => accountInfo(ledger.account(key), config))),

    getTokenAccountsByOwner: ([owner, filter, config]) =>
      inContext(
        tokenAccounts(ledger, address(owner), filter).map((account) => ({
          pubkey: account.address,
          account: accountInfo(account, config),
        })),
      ),
    getTokenAccountBalance: ([key]) => {
      const account = tokenData(ledger, address(key), isTokenAccount, 'Token account');
      const mint = tokenData(ledger, mintOf(account), isMint, 'Token mint');
      return inContext(tokenAmount(account.readBigUInt64LE(64), mint[44]));
    },
    getTokenSupply: ([key]) => {
      const mint = tokenData(ledger, address(key), isMint, 'Token mint');
      return inContext(tokenAmount(mint.readBigUInt64LE(36), mint[44]));
    },

    getRecentPrioritizationFees: ([keys = []]) => {
      addresses(keys, mostFeeAddresses);
      const oldest = ledger.slot - BigInt(priorityFees.length) + 1n;
      return priorityFees.map((prioritizationFee, index) => ({ slot: oldest + BigInt(index), prioritizationFee }));
    },
    getFeeForMessage: ([text]) => {
      const message = decoded(() => readMessage(fromBase64(text)), 'message');
      const fee = decoded(() => feeOf(message), 'message');
      return inContext(ledger.isBlockhashValid(message.blockhash) ? fee : null);
    },
    simulateTransaction: ([text, config]) => inContext(simulation(ledger, text, config ?? {})),
    sendTransaction: ([text, config]) => sendTransaction(ledger, text, config ?? {}),
    requestAirdrop: ([key, lamports]) => {
      const { signature, error } = ledger.airdrop(address(key), whole(lamports, 'lamports'));
      if (error) {
        throw new RpcError(errorCodes.internal, `The airdrop failed: ${describe(error)}`);
      }
      return signature;
    },
    getSignatureStatuses: ([signatures]) =>
      inContext(limited(signatures, mostStatuses).map((signature) => signatureStatus(ledger.status(signature)))),

    // The rest is for tests.
    test_setTime: ([seconds, slot]) => {
      ledger.moveTo(slot === undefined ? ledger.slot : whole(slot, 'slot'), Number(whole(seconds, 'time')));
      return ledger.slot;
    },
    test_setAccount: ([dump]) => setAccount(ledger, dump),
    test_setPriorityFees: ([fees]) => {
      priorityFees = list(fees).map((fee) => whole(fee, 'fee'));
    },
    test_setSlotSeconds: ([seconds]) => {
      if (!(seconds > 0 && seconds <= sampleSeconds)) {
        throw invalidParams('Invalid param: seconds');
      }
      ledger.slotSeconds = seconds;
    },
  };
}

/** Most slots need no tip; the others have tips of all magnitudes up to 100,000 micro-lamports. */
function usualPriorityFees() {
  const random = new SeededRandom('priority fees');
  return Array.from({ length: 150 }, () =>
    random.below(10) < 6 ? 0 : Math.round(10 ** (2 + (3 * random.below(1_001)) / 1_000)),
  );
}

function blockTime(ledger, slot) {
  if (slot > ledger.slot) {
    throw new RpcError(blockNotAvailable, `Block not available for slot ${slot}`);
  }
  return Math.floor(ledger.unixTimestamp - Number(ledger.slot - slot) * ledger.slotSeconds);
}

function performanceSamples(ledger, limit = mostSamples) {
  if (whole(limit, 'limit') > mostSamples) {
    throw invalidParams(`Invalid limit; max ${mostSamples}`);
  }
  const numSlots = Math.round(sampleSeconds / ledger.slotSeconds);
  return Array.from({ length: limit }, (_, age) => ({
    slot: ledger.slot - BigInt(age * numSlots),
    numTransactions: numSlots * transactionsPerSlot.all,
    numNonVoteTransactions: numSlots * transactionsPerSlot.withoutVotes,
    numSlots,
    samplePeriodSecs: sampleSeconds,
  }));
}

function accountInfo(account, config) {
  if (!account) {
    return null;
  }
  const { lamports, owner, executable, data } = account;
  return {
    lamports,
    data: encoded(data, config ?? {}),
    owner,
    executable,
    rentEpoch: neverPaysRent,
    space: data.length,
  };
}

/** The bytes, or a slice of them, as [text, encoding]; without an encoding, bare as the first nodes wrote it. */
function encoded(data, { encoding, dataSlice }) {
  const bytes = dataSlice
    ? data.subarray(
        Number(whole(dataSlice.offset, 'offset')),
        Number(whole(dataSlice.offset, 'offset') + whole(dataSlice.length, 'length')),
      )
    : data;
  if (encoding === 'base64') {
    return [bytes.toString('base64'), encoding];
  }
  if (encoding !== undefined && encoding !== 'base58') {
    throw invalidParams(`The encoding ${encoding} is not served here; base64 and base58 are`);
  }
  if (bytes.length > mostBase58Bytes) {
    throw new RpcError(
      errorCodes.invalidRequest,
      'Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.',
    );
  }
  return encoding ? [encodeBase58(bytes), encoding] : encodeBase58(bytes);
}

function tokenAccounts(ledger, owner, filter) {
  let mint;
  let programs;
  if (typeof filter?.mint === 'string') {
    mint = address(filter.mint);
    const account = ledger.account(mint);
    if (!account) {
      throw invalidParams('Invalid param: could not find mint');
    }
    programs = [account.owner];
  } else {
    programs = [address(filter?.programId)];
  }
  if (programs.some((program) => program !== tokenProgram && program !== token2022Program)) {
    throw invalidParams('Invalid param: unrecognized Token program id');
  }
  return programs
    .flatMap((program) => ledger.accountsOf(program))
    .filter(({ data }) => isTokenAccount(data))
    .filter(({ data }) => encodeBase58(data.subarray(32, 64)) === owner && (!mint || mintOf(data) === mint));
}

/** The size of an account tells the kinds apart; with extensions, a byte after the longer kind does. */
function isTokenAccount(data) {
  return data.length === 165 || (data.length > 165 && data[165] === 2);
}

function isMint(data) {
  return data.length === 82 || (data.length > 165 && data[165] === 1);
}

function mintOf(tokenAccount) {
  return encodeBase58(tokenAccount.subarray(0, 32));
}

function tokenData(ledger, key, isOfKind, kind) {
  const account = ledger.account(key);
  if (!account) {
    throw invalidParams('Invalid param: could not find account');
  }
  const ofToken = account.owner === tokenProgram || account.owner === token2022Program;
  if (!ofToken || !isOfKind(account.data)) {
    throw invalidParams(`Invalid param: not a ${kind}`);
  }
  return account.data;
}

function tokenAmount(amount, decimals) {
  const digits = String(amount).padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = digits.slice(0, digits.length - decimals) + (fraction ? `.${fraction}` : '');
  return { amount: String(amount), decimals, uiAmount: Number(text), uiAmountString: text };
}

function simulation(ledger, text, config) {
  if (config.sigVerify && config.replaceRecentBlockhash) {
    throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
  }
  const { bytes, transaction } = transactionOf(text, config);
  const wanted = config.accounts && addresses(config.accounts.addresses, mostAccounts);
  const outcome = ledger.simulate(bytes, transaction, {
    verifySignatures: config.sigVerify === true,
    anyBlockhash: config.replaceRecentBlockhash === true,
  });
  return {
    ...simulated(outcome),
    accounts:
      wanted?.map((key) =>
        outcome.error
          ? null
          : accountInfo(outcome.accountAfter(key), { encoding: config.accounts.encoding ?? 'base64' }),
      ) ?? null,
    replacementBlockhash: config.replaceRecentBlockhash ? ledger.latestBlockhash() : null,
  };
}

function sendTransaction(ledger, text, config) {
  const { bytes, transaction } = transactionOf(text, config);
  if (!config.skipPreflight) {
    const outcome = ledger.simulate(bytes, transaction, { verifySignatures: true, anyBlockhash: false });
    if (outcome.error === 'SignatureFailure') {
      throw new RpcError(signatureFailure, 'Transaction signature verification failure');
    }
    if (outcome.error) {
      const message = `Transaction simulation failed: ${describe(outcome.error)}`;
      throw new RpcError(preflightFailure, message, { ...simulated(outcome), accounts: null });
    }
  }
  // Without the preflight nobody is told of a failure, not even if the transaction was refused.
  return ledger.send(bytes, transaction).signature;
}

function transactionOf(text, { encoding = 'base58' }) {
  if (encoding !== 'base58' && encoding !== 'base64') {
    throw invalidParams(`unsupported encoding: ${encoding}. Supported encodings: base58, base64`);
  }
  const bytes = encoding === 'base64' ? fromBase64(text) : decoded(() => decodeBase58(text), 'base58 text');
  if (bytes.length > mostTransactionBytes) {
    throw invalidParams(`A transaction of ${bytes.length} bytes is too large; max ${mostTransactionBytes}`);
  }
  return { bytes, transaction: decoded(() => readTransaction(bytes), 'transaction') };
}

function simulated({ error, logs, unitsConsumed, returnData: { program, data } }) {
  return {
    err: error ?? null,
    logs,
    unitsConsumed,
    returnData: data.length > 0 ? { programId: program, data: [data.toString('base64'), 'base64'] } : null,
    innerInstructions: null,
  };
}

function describe(error) {
  const custom = error.InstructionError?.[1].Custom;
  return custom === undefined
    ? JSON.stringify(error)
    : `Error processing Instruction ${error.InstructionError[0]}: custom program error: 0x${custom.toString(16)}`;
}

function signatureStatus(found) {
  if (!found) {
    return null;
  }
  const { slot, error } = found;
  const status = error ? { Err: error } : { Ok: null };
  return { slot, confirmations: null, err: error ?? null, status, confirmationStatus: 'finalized' };
}

function setAccount(ledger, dump) {
  const { lamports, data, owner, executable } = dump?.account ?? {};
  if (data?.[1] !== 'base64') {
    throw invalidParams('Invalid param: an account whose data is ["...", "base64"] is expected');
  }
  ledger.setAccount(address(dump.pubkey), {
    lamports: whole(lamports, 'lamports'),
    owner: address(owner),
    executable: executable === true,
    data: fromBase64(data[0]),
  });
}

/** Checks an address or a blockhash: litesvm ends the process over one of another length. */
function address(text) {
  let bytes;
  try {
    bytes = decodeBase58(text);
  } catch {
    throw invalidParams('Invalid param: Invalid');
  }
  if (bytes.length !== 32) {
    throw invalidParams('Invalid param: WrongSize');
  }
  return text;
}

function addresses(keys, most) {
  return limited(keys, most).map(address);
}

function limited(items, most) {
  if (list(items).length > most) {
    throw invalidParams(`Too many inputs provided; max ${most}`);
  }
  return items;
}

function list(items) {
  if (!Array.isArray(items)) {
    throw invalidParams('Invalid params: a list is expected');
  }
  return items;
}

function whole(value, what) {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw invalidParams(`Invalid param: ${what}`);
  }
  return BigInt(value);
}

function fromBase64(text) {
  const bytes = Buffer.from(String(text), 'base64');
  if (bytes.toString('base64') !== text) {
    throw invalidParams('invalid base64 encoding');
  }
  return bytes;
}

function decoded(read, what) {
  try {
    return read();
  } catch (error) {
    throw invalidParams(`failed to deserialize the ${what}: ${error.message}`);
  }
}
