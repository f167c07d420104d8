import {
  associatedTokenAddress,
  associatedTokenProgram,
  computeBudgetProgram,
  systemProgram,
  tokenProgram,
} from './solana-address.mjs';

export function setComputeUnitLimit(units) {
  const data = Buffer.alloc(5);
  data[0] = 2;
  data.writeUInt32LE(units, 1);
  return { program: computeBudgetProgram, accounts: [], data };
}

export function setComputeUnitPrice(microLamports) {
  const data = Buffer.alloc(9);
  data[0] = 3;
  data.writeBigUInt64LE(BigInt(microLamports), 1);
  return { program: computeBudgetProgram, accounts: [], data };
}

export function transferSol(from, to, lamports) {
  const data = Buffer.alloc(12);
  data[0] = 2;
  data.writeBigUInt64LE(lamports, 4);
  return {
    program: systemProgram,
    accounts: [
      { address: from, signer: true, writable: true },
      { address: to, writable: true },
    ],
    data,
  };
}

/** Creates the account in which the owner keeps the token; the payer pays its rent. */
export function createTokenAccount(payer, owner, mint) {
  return {
    program: associatedTokenProgram,
    accounts: [
      { address: payer, signer: true, writable: true },
      { address: associatedTokenAddress(owner, mint), writable: true },
      { address: owner },
      { address: mint },
      { address: systemProgram },
      { address: tokenProgram },
    ],
    data: Buffer.from([0]),
  };
}

/** Moves tokens between two wallets' associated accounts. */
export function transferTokens(from, to, mint, amount, decimals) {
  const data = Buffer.alloc(10);
  data[0] = 12; // TransferChecked
  data.writeBigUInt64LE(amount, 1);
  data[9] = decimals;
  return {
    program: tokenProgram,
    accounts: [
      { address: associatedTokenAddress(from, mint), writable: true },
      { address: mint },
      { address: associatedTokenAddress(to, mint), writable: true },
      { address: from, signer: true },
    ],
    data,
  };
}
