// What the accounts of the two token programs hold.
import { encodeBase58 } from './base58.mjs';

/** The size of an account tells the kinds apart; with extensions, a byte after the longer kind does. */
export function isTokenAccount(data) {
  return data.length === 165 || (data.length > 165 && data[165] === 2);
}

export function isMint(data) {
  return data.length === 82 || (data.length > 165 && data[165] === 1);
}

export function mintOf(tokenAccount) {
  return encodeBase58(tokenAccount.subarray(0, 32));
}

export function ownerOf(tokenAccount) {
  return encodeBase58(tokenAccount.subarray(32, 64));
}

export function amountIn(tokenAccount) {
  return tokenAccount.readBigUInt64LE(64);
}

export function isInitialized(tokenAccount) {
  return tokenAccount[108] !== 0;
}

export function decimalsOf(mint) {
  return mint[44];
}

export function tokenAmount(amount, decimals) {
  const digits = String(amount).padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const text = digits.slice(0, digits.length - decimals) + (fraction ? `.${fraction}` : '');
  return { amount: String(amount), decimals, uiAmount: Number(text), uiAmountString: text };
}
