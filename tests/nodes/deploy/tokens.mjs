import { parseUnits } from 'ethers';
import { Contract, deploy } from '../lib/contract.mjs';

const definitions = {
  USDC: { name: 'USD Coin', decimals: 6 },
  DAI: { name: 'Dai Stablecoin', decimals: 18 },
  WETH: { name: 'Wrapped Ether', decimals: 18, wrapsEther: true },
  WBTC: { name: 'Wrapped BTC', decimals: 8 },
  AAVE: { name: 'Aave Token', decimals: 18 },
  COMP: { name: 'Compound', decimals: 18 },
};

const backing = `0x${(10n ** 24n).toString(16)}`;

/** An ERC-20 contract that also knows its symbol, decimals and how to write amounts. */
class Token extends Contract {
  constructor(contract, symbol, decimals) {
    super(contract.rpc, contract.address, contract.interface, contract.from);
    this.symbol = symbol;
    this.decimals = decimals;
  }

  /** A number of whole tokens in the token's smallest unit. */
  units(amount) {
    return parseUnits(String(amount), this.decimals);
  }

  async mint(to, amount) {
    await this.send('mint', to, this.units(amount));
  }
}

export async function deployTokens({ rpc, accounts, artifacts }, symbols) {
  const tokens = {};
  for (const symbol of symbols) {
    const { name, decimals, wrapsEther } = definitions[symbol];
    const artifact = wrapsEther ? artifacts.own.WrappedEther : artifacts.own.TestToken;
    const contract = await deploy(rpc, accounts.deployer, artifact, [name, symbol, decimals]);
    if (wrapsEther) {
      // Ether for what is minted without any, so that it can be unwrapped.
      await rpc.send('anvil_setBalance', [contract.address, backing]);
    }
    tokens[symbol] = new Token(contract, symbol, decimals);
  }
  return tokens;
}

/** What the JSON says of the tokens. */
export function describeTokens(tokens) {
  return Object.fromEntries(
    Object.entries(tokens).map(([symbol, { address, decimals }]) => [symbol, { address, decimals }]),
  );
}
