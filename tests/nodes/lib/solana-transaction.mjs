// Solana's messages and transactions as bytes. Reading is strict, because litesvm ends the process over malformed ones.
import { decodeBase58, encodeBase58 } from './base58.mjs';

const addressSize = 32;
const signatureSize = 64;
const versionFlag = 0x80;

/** The signatures and the message of a transaction, and the message's bytes. */
export function readTransaction(bytes) {
  const reader = new Reader(bytes);
  const signatures = reader.list(() => encodeBase58(reader.take(signatureSize)));
  const messageBytes = reader.rest();
  const message = readMessage(messageBytes);
  if (signatures.length !== message.requiredSignatures) {
    throw new Error(`${signatures.length} signatures where ${message.requiredSignatures} are required`);
  }
  return { signatures, message, messageBytes };
}

/** The same transaction as nobody has signed it. */
export function withoutSignatures({ signatures, messageBytes }) {
  return Buffer.concat([writeList(signatures.map(() => Buffer.alloc(signatureSize))), messageBytes]);
}

/** A legacy message or one of version 0, with its instructions' programs as addresses too. */
export function readMessage(bytes) {
  const reader = new Reader(bytes);
  const versioned = (bytes[0] & versionFlag) !== 0;
  if (versioned && reader.byte() !== versionFlag) {
    throw new Error(`the message has version ${bytes[0] & ~versionFlag}; only 0 is known`);
  }
  const requiredSignatures = reader.byte();
  const readonlySigned = reader.byte();
  const readonlyUnsigned = reader.byte();
  const addresses = reader.list(() => encodeBase58(reader.take(addressSize)));
  const blockhash = encodeBase58(reader.take(addressSize));
  const compiled = reader.list(() => ({
    program: reader.byte(),
    accounts: reader.bytes(),
    data: reader.bytes(),
  }));
  const lookups = versioned ? reader.list(() => readLookup(reader)) : [];
  reader.end();

  const accountCount = countAccounts({ addresses, lookups });
  const sane =
    requiredSignatures > readonlySigned &&
    requiredSignatures + readonlyUnsigned <= addresses.length &&
    compiled.every(
      ({ program, accounts }) =>
        program > 0 && program < addresses.length && accounts.every((account) => account < accountCount),
    );
  if (!sane) {
    throw new Error('the message names accounts that it does not have');
  }
  return {
    version: versioned ? 0 : 'legacy',
    requiredSignatures,
    readonlySigned,
    readonlyUnsigned,
    addresses,
    blockhash,
    instructions: compiled.map((instruction) => ({
      program: addresses[instruction.program],
      programIndex: instruction.program,
      accounts: instruction.accounts,
      data: instruction.data,
    })),
    lookups,
  };
}

/** How many accounts a message names, itself or by lookup tables. */
export function countAccounts({ addresses, lookups }) {
  return lookups.reduce((sum, { writable, readonly }) => sum + writable.length + readonly.length, addresses.length);
}

function readLookup(reader) {
  return { table: encodeBase58(reader.take(addressSize)), writable: reader.bytes(), readonly: reader.bytes() };
}

/**
 * The message's bytes, legacy or of version 0. The payer comes first, and an instruction is
 * { program, accounts: [{ address, signer, writable }], data }.
 */
export function writeMessage({ payer, instructions, blockhash, versioned = false }) {
  const accounts = new Map([[payer, { address: payer, signer: true, writable: true }]]);
  const add = ({ address, signer = false, writable = false }) => {
    const known = accounts.get(address);
    accounts.set(address, {
      address,
      signer: signer || Boolean(known?.signer),
      writable: writable || Boolean(known?.writable),
    });
  };
  for (const instruction of instructions) {
    instruction.accounts.forEach(add);
    add({ address: instruction.program });
  }

  // Signers come before the others, and among both those that may change come first.
  const rank = ({ signer, writable }) => (signer ? 0 : 2) + (writable ? 0 : 1);
  const ordered = [...accounts.values()].sort((left, right) => rank(left) - rank(right));
  const indexOf = (address) => ordered.findIndex((account) => account.address === address);
  const count = (...ranks) => ordered.filter((account) => ranks.includes(rank(account))).length;
  return Buffer.concat([
    Buffer.from(versioned ? [versionFlag] : []),
    Buffer.from([count(0, 1), count(1), count(3)]),
    writeList(ordered.map(({ address }) => decodeBase58(address))),
    decodeBase58(blockhash),
    writeList(
      instructions.map((instruction) =>
        Buffer.concat([
          Buffer.from([indexOf(instruction.program)]),
          writeList(instruction.accounts.map(({ address }) => Buffer.from([indexOf(address)]))),
          writeLength(instruction.data.length),
          instruction.data,
        ]),
      ),
    ),
    versioned ? writeList([]) : Buffer.alloc(0),
  ]);
}

/** A transaction with its signatures, the payer's first. */
export function writeTransaction(message, signers) {
  return Buffer.concat([writeList(signers.map((signer) => signer.sign(message))), message]);
}

function writeList(items) {
  return Buffer.concat([writeLength(items.length), ...items]);
}

/** Seven bits in a byte, the lowest first; the highest bit says that more follow. */
function writeLength(length) {
  return Buffer.from(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, ...writeLength(length >> 7)]);
}

class Reader {
  #bytes;
  #position = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  take(count) {
    const taken = this.#bytes.subarray(this.#position, this.#position + count);
    if (taken.length < count) {
      throw new Error('the bytes end too early');
    }
    this.#position += count;
    return taken;
  }

  rest() {
    return this.take(this.#bytes.length - this.#position);
  }

  byte() {
    return this.take(1)[0];
  }

  bytes() {
    return this.take(this.#length());
  }

  list(readItem) {
    return Array.from({ length: this.#length() }, readItem);
  }

  end() {
    if (this.#position !== this.#bytes.length) {
      throw new Error('bytes follow after the end');
    }
  }

  #length() {
    let length = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      const byte = this.byte();
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (length > 0xffff || (byte === 0 && shift > 0)) {
          break;
        }
        return length;
      }
    }
    throw new Error('a length is malformed');
  }
}
