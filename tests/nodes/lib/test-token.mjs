import { Contract } from './contract.mjs';
import { Rpc } from './rpc.mjs';

export const testTokenAbi = [
  'function mint(address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
  'function transfer(address to, uint256 amount)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function balanceOf(address account) view returns (uint256)',
  'function decimals() view returns (uint8)',
  'function symbol() view returns (string)',
];

/** One of our own tokens, on a chain as start.mjs describes it. */
export function testToken({ url, tokens }, symbol, from) {
  return new Contract(new Rpc(url), tokens[symbol].address, testTokenAbi, from);
}
