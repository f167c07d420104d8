// What the methods of the Solana node are given, checked as the real node checks it.
import { decodeBase58 } from './base58.mjs';
import { invalidParams } from './json-rpc-server.mjs';

const addressSize = 32;
const signatureSize = 64;

/** Checks an address or a blockhash: litesvm ends the process over one of another length. */
export function address(text) {
  return base58Of(text, addressSize);
}

export function signature(text) {
  return base58Of(text, signatureSize);
}

function base58Of(text, size) {
  let bytes;
  try {
    bytes = decodeBase58(text);
  } catch {
    throw invalidParams('Invalid param: Invalid');
  }
  if (bytes.length !== size) {
    throw invalidParams('Invalid param: WrongSize');
  }
  return text;
}

export function addresses(keys, most) {
  return limited(keys, most).map(address);
}

export function limited(items, most) {
  if (list(items).length > most) {
    throw invalidParams(`Too many inputs provided; max ${most}`);
  }
  return items;
}

export function list(items) {
  if (!Array.isArray(items)) {
    throw invalidParams('Invalid params: a list is expected');
  }
  return items;
}

export function whole(value, what) {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw invalidParams(`Invalid param: ${what}`);
  }
  return BigInt(value);
}

export function fromBase64(text) {
  const bytes = Buffer.from(String(text), 'base64');
  if (bytes.toString('base64') !== text) {
    throw invalidParams('invalid base64 encoding');
  }
  return bytes;
}

export function decoded(read, what) {
  try {
    return read();
  } catch (error) {
    throw invalidParams(`failed to deserialize the ${what}: ${error.message}`);
  }
}
