// What the accounts of a transaction have before and after it, as a node records it.
import { isTokenProgram } from './solana-address.mjs';
import {
  amountIn,
  decimalsOf,
  isInitialized,
  isMint,
  isTokenAccount,
  mintOf,
  ownerOf,
  tokenAmount,
} from './solana-tokens.mjs';

const nativeMint = 'So11111111111111111111111111111111111111112';
const nativeDecimals = 9;

/** { lamports: [...], tokens: [...] } of the addresses in their order. */
export function balancesOf(ledger, addresses) {
  const accounts = addresses.map((address) => ledger.account(address));
  // Nodes look for tokens only where a token program is named.
  const mayHaveTokens = addresses.some(isTokenProgram);
  return {
    lamports: accounts.map((account) => account?.lamports ?? 0n),
    tokens: mayHaveTokens ? accounts.flatMap((account, index) => tokenBalance(ledger, account, index)) : [],
  };
}

function tokenBalance(ledger, account, accountIndex) {
  const isOfTokens = account && isTokenProgram(account.owner) && isTokenAccount(account.data);
  if (!isOfTokens || !isInitialized(account.data)) {
    return [];
  }
  const mint = mintOf(account.data);
  const decimals = mint === nativeMint ? nativeDecimals : mintDecimals(ledger.account(mint));
  if (decimals === undefined) {
    return [];
  }
  const amount = tokenAmount(amountIn(account.data), decimals);
  return [
    {
      accountIndex,
      mint,
      // The form in which nodes store it has no zero.
      uiTokenAmount: { ...amount, uiAmount: amount.uiAmount || null },
      owner: ownerOf(account.data),
      programId: account.owner,
    },
  ];
}

function mintDecimals(mint) {
  return mint && isTokenProgram(mint.owner) && isMint(mint.data) ? decimalsOf(mint.data) : undefined;
}
