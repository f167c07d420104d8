// What each account of an instruction is for, in the instruction's order.
import assert from 'node:assert/strict';
import { systemProgram, token2022Program, tokenProgram } from './solana-address.mjs';

// By the names that the libraries give to their parameters. Marinade's are in its own description.
const names = {
  setComputeUnitLimit: [],
  setComputeUnitPrice: [],
  systemTransfer: ['fromPubkey', 'toPubkey'],
  systemCreateAccount: ['fromPubkey', 'newAccountPubkey'],
  createAssociatedTokenAccountIdempotent: [
    'payer',
    'associatedToken',
    'owner',
    'mint',
    'systemProgram',
    'tokenProgram',
  ],
  transferChecked: ['source', 'mint', 'destination', 'owner'],
  syncNative: ['account'],
  closeAccount: ['account', 'destination', 'owner'],
  stakePoolDepositSol: [
    'stakePool',
    'withdrawAuthority',
    'reserveStake',
    'fundingAccount',
    'destinationPoolAccount',
    'managerFeeAccount',
    'referralPoolAccount',
    'poolMint',
    'systemProgram',
    'tokenProgram',
  ],
  stakePoolWithdrawSol: [
    'stakePool',
    'withdrawAuthority',
    'sourceTransferAuthority',
    'sourcePoolAccount',
    'reserveStake',
    'destinationSystemAccount',
    'managerFeeAccount',
    'poolMint',
    'clock',
    'stakeHistory',
    'stakeProgram',
    'tokenProgram',
  ],
  stakePoolWithdrawStake: [
    'stakePool',
    'validatorList',
    'withdrawAuthority',
    'validatorStake',
    'destinationStake',
    'destinationStakeAuthority',
    'sourceTransferAuthority',
    'sourcePoolAccount',
    'managerFeeAccount',
    'poolMint',
    'clock',
    'tokenProgram',
    'stakeProgram',
  ],
};

const wellKnown = {
  systemProgram: [systemProgram],
  tokenProgram: [tokenProgram, token2022Program],
  stakeProgram: ['Stake11111111111111111111111111111111111111'],
  clock: ['SysvarC1ock11111111111111111111111111111111'],
  rent: ['SysvarRent111111111111111111111111111111111'],
  stakeHistory: ['SysvarStakeHistory1111111111111111111111111'],
};

/** The accounts with their names. Those that were given a value, or that everyone knows, must be at their place. */
export function nameAccounts({ kind, values, accounts }, namesOfKind = names[kind]) {
  assert.equal(accounts.length, namesOfKind.length, `${kind} has another number of accounts`);
  return accounts.map((account, index) => {
    const name = namesOfKind[index];
    const expected = values[name] ? [values[name]] : (wellKnown[name] ?? [account.address]);
    assert.ok(expected.includes(account.address), `${name} of ${kind} is elsewhere`);
    return { name, ...account };
  });
}
