// The methods of a Solana node about transactions that were executed.
import { encodeBase58 } from './base58.mjs';
import { invalidParams, RpcError } from './json-rpc-server.mjs';
import { feeOf } from './solana-fee.mjs';
import { address, limited, signature, whole } from './solana-params.mjs';

const mostStatuses = 256;
const mostSignatures = 1_000;
// How many slots back a node finds a status without searching its history.
const statusSlots = 300n;
const unsupportedVersion = -32015;
const outermost = 1;

export function solanaHistoryMethods(ledger, inContext) {
  return {
    getSignatureStatuses: ([signatures, config]) => {
      const oldest = config?.searchTransactionHistory === true ? 0n : ledger.slot - statusSlots;
      const found = limited(signatures, mostStatuses).map((text) => ledger.history.get(signature(text)));
      return inContext(found.map((record) => (record && record.slot >= oldest ? signatureStatus(record) : null)));
    },
    getSignaturesForAddress: ([key, config]) => signaturesForAddress(ledger, address(key), config ?? {}),
    getTransaction: ([text, config]) => {
      // The configuration may be the encoding alone.
      const options = typeof config === 'string' ? { encoding: config } : (config ?? {});
      checkCommitment(options);
      const record = ledger.history.get(signature(text));
      return record ? executedTransaction(record, options) : null;
    },
  };
}

function signatureStatus({ slot, error }) {
  const status = statusOf(error);
  return { slot, confirmations: null, err: error ?? null, status, confirmationStatus: 'finalized' };
}

function statusOf(error) {
  return error ? { Err: error } : { Ok: null };
}

function signaturesForAddress(ledger, key, config) {
  checkCommitment(config);
  const limit = config.limit ?? mostSignatures;
  if (whole(limit, 'limit') < 1n || limit > mostSignatures) {
    throw invalidParams(`Invalid limit; max ${mostSignatures}`);
  }
  const [before, until] = [config.before, config.until].map((text) => text && signature(text));
  return ledger.history.of(key, { before, until, limit }).map((record) => ({
    signature: record.signature,
    slot: record.slot,
    err: record.error ?? null,
    memo: null,
    blockTime: record.blockTime,
    confirmationStatus: 'finalized',
  }));
}

function checkCommitment({ commitment }) {
  if (commitment === 'processed') {
    throw invalidParams('Method does not support commitment below `confirmed`');
  }
}

function executedTransaction(record, { encoding = 'json', maxSupportedTransactionVersion }) {
  const { version } = record.transaction.message;
  const supported = maxSupportedTransactionVersion ?? undefined;
  if (version !== 'legacy' && (supported === undefined || version > supported)) {
    throw new RpcError(
      unsupportedVersion,
      `Transaction version (${version}) is not supported by the requesting client. Please try the request again with ` +
        `the following configuration parameter: "maxSupportedTransactionVersion": ${version}`,
    );
  }
  return {
    slot: record.slot,
    transaction: encodedTransaction(record, encoding),
    meta: metaOf(record),
    // Clients that know no versions are not told of any.
    version: supported === undefined ? undefined : version,
    blockTime: record.blockTime,
  };
}

function encodedTransaction({ bytes, transaction }, encoding) {
  switch (encoding) {
    case 'json':
      return { signatures: transaction.signatures, message: messageJson(transaction.message) };
    case 'base64':
      return [bytes.toString('base64'), encoding];
    case 'base58':
      return [encodeBase58(bytes), encoding];
    default:
      throw invalidParams(`The encoding ${encoding} is not served here; json, base64 and base58 are`);
  }
}

function messageJson(message) {
  const lookups = message.lookups.map(({ table, writable, readonly }) => ({
    accountKey: table,
    writableIndexes: [...writable],
    readonlyIndexes: [...readonly],
  }));
  return {
    header: {
      numRequiredSignatures: message.requiredSignatures,
      numReadonlySignedAccounts: message.readonlySigned,
      numReadonlyUnsignedAccounts: message.readonlyUnsigned,
    },
    accountKeys: message.addresses,
    recentBlockhash: message.blockhash,
    instructions: message.instructions.map((instruction) => instructionJson(instruction, outermost)),
    addressTableLookups: message.version === 'legacy' ? undefined : lookups,
  };
}

function instructionJson({ programIndex, accounts, data }, stackHeight) {
  return { programIdIndex: programIndex, accounts: [...accounts], data: encodeBase58(data), stackHeight };
}

function metaOf({ error, transaction, before, after, logs, unitsConsumed, innerInstructions, loaded, returnData }) {
  const { program, data } = returnData;
  return {
    err: error ?? null,
    status: statusOf(error),
    fee: feeOf(transaction.message),
    preBalances: before.lamports,
    postBalances: after.lamports,
    innerInstructions: innerInstructions
      .map((list, index) => ({
        index,
        instructions: list.map((instruction) => instructionJson(instruction, instruction.stackHeight)),
      }))
      .filter(({ instructions }) => instructions.length > 0),
    logMessages: logs,
    preTokenBalances: before.tokens,
    postTokenBalances: after.tokens,
    rewards: [],
    loadedAddresses: loaded,
    returnData: data.length > 0 ? { programId: program, data: [data.toString('base64'), 'base64'] } : undefined,
    computeUnitsConsumed: unitsConsumed,
  };
}
