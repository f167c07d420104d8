// The methods of a Solana node that answer from a ledger, with the limits and messages of the real node.
import { errorCodes, invalidParams, RpcError } from './json-rpc-server.mjs';
import { SeededRandom } from './random.mjs';
import { accountInfo } from './solana-account-info.mjs';
import { isTokenProgram } from './solana-address.mjs';
import { describeError } from './solana-errors.mjs';
import { feeOf } from './solana-fee.mjs';
import { solanaHistoryMethods } from './solana-history-methods.mjs';
import { slotsPerEpoch } from './solana-ledger.mjs';
import { address, addresses, decoded, fromBase64, list, whole } from './solana-params.mjs';
import { amountIn, decimalsOf, isMint, isTokenAccount, mintOf, ownerOf, tokenAmount } from './solana-tokens.mjs';
import { sendTransaction, simulateTransaction } from './solana-transaction-methods.mjs';
import { readMessage } from './solana-transaction.mjs';

const apiVersion = '3.0.0';
const genesisHash = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const mostAccounts = 100;
const mostFeeAddresses = 128;
const sampleSeconds = 60;
const mostSamples = 720;
const transactionsPerSlot = { all: 1_600, withoutVotes: 600 };
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
      return inContext(tokenAmount(amountIn(account), decimalsOf(mint)));
    },
    getTokenSupply: ([key]) => {
      const mint = tokenData(ledger, address(key), isMint, 'Token mint');
      return inContext(tokenAmount(mint.readBigUInt64LE(36), decimalsOf(mint)));
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
    simulateTransaction: ([text, config]) => inContext(simulateTransaction(ledger, text, config ?? {})),
    sendTransaction: ([text, config]) => sendTransaction(ledger, text, config ?? {}),
    ...solanaHistoryMethods(ledger, inContext),
    requestAirdrop: ([key, lamports]) => {
      const { signature, error } = ledger.airdrop(address(key), whole(lamports, 'lamports'));
      if (error) {
        throw new RpcError(errorCodes.internal, `The airdrop failed: ${describeError(error)}`);
      }
      return signature;
    },

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
  const guess = Math.floor(ledger.unixTimestamp - Number(ledger.slot - slot) * ledger.slotSeconds);
  return ledger.history.blockTime(slot) ?? guess;
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
  if (!programs.every(isTokenProgram)) {
    throw invalidParams('Invalid param: unrecognized Token program id');
  }
  return programs
    .flatMap((program) => ledger.accountsOf(program))
    .filter(({ data }) => isTokenAccount(data))
    .filter(({ data }) => ownerOf(data) === owner && (!mint || mintOf(data) === mint));
}

function tokenData(ledger, key, isOfKind, kind) {
  const account = ledger.account(key);
  if (!account) {
    throw invalidParams('Invalid param: could not find account');
  }
  if (!isTokenProgram(account.owner) || !isOfKind(account.data)) {
    throw invalidParams(`Invalid param: not a ${kind}`);
  }
  return account.data;
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
