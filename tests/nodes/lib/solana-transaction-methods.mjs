// The methods of a Solana node that try a transaction or execute it.
import { decodeBase58 } from './base58.mjs';
import { invalidParams, RpcError } from './json-rpc-server.mjs';
import { accountInfo } from './solana-account-info.mjs';
import { describeError } from './solana-errors.mjs';
import { addresses, decoded, fromBase64, list } from './solana-params.mjs';
import { countAccounts, readTransaction } from './solana-transaction.mjs';

const mostTransactionBytes = 1_232;
const preflightFailure = -32002;
const signatureFailure = -32003;

export function simulateTransaction(ledger, text, config) {
  if (config.sigVerify && config.replaceRecentBlockhash) {
    throw invalidParams('sigVerify may not be used with replaceRecentBlockhash');
  }
  const { bytes, transaction } = transactionOf(text, config);
  const wanted = config.accounts && wantedAccounts(config.accounts, transaction);
  const outcome = simulate(ledger, bytes, transaction, {
    verifySignatures: config.sigVerify === true,
    anyBlockhash: config.replaceRecentBlockhash === true,
  });
  const accountAfter = (key) => accountInfo(outcome.accountAfter(key), { encoding: 'base64' });
  return {
    ...simulated(outcome),
    accounts: wanted?.map((key) => (outcome.error ? null : accountAfter(key))) ?? null,
    replacementBlockhash: config.replaceRecentBlockhash ? ledger.latestBlockhash() : null,
  };
}

export function sendTransaction(ledger, text, config) {
  const { bytes, transaction } = transactionOf(text, config);
  if (!config.skipPreflight) {
    const outcome = simulate(ledger, bytes, transaction, { verifySignatures: true, anyBlockhash: false });
    if (outcome.error) {
      const message = `Transaction simulation failed: ${describeError(outcome.error)}`;
      const data = { ...simulated(outcome), accounts: null, replacementBlockhash: null };
      throw new RpcError(preflightFailure, message, data);
    }
  }
  // Without the preflight nobody is told of a failure, not even if the transaction was refused.
  return ledger.send(bytes, transaction).signature;
}

function simulate(ledger, bytes, transaction, options) {
  const outcome = ledger.simulate(bytes, transaction, options);
  if (outcome.error === 'SignatureFailure') {
    throw new RpcError(signatureFailure, 'Transaction signature verification failure');
  }
  return outcome;
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

/** No more accounts than the transaction has, but any. */
function wantedAccounts({ encoding = 'base64', addresses: keys }, { message }) {
  if (encoding === 'base58' || encoding === 'binary') {
    throw invalidParams('base58 encoding not supported');
  }
  if (encoding !== 'base64') {
    throw invalidParams(`The encoding ${encoding} is not served here; base64 is`);
  }
  const most = countAccounts(message);
  if (list(keys).length > most) {
    throw invalidParams(`Too many accounts provided; max ${most}`);
  }
  return addresses(keys, most);
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
