import { getAddress, isAddress } from 'ethers';
import { deploySafe } from '../deploy/safe.mjs';
import { describeTokens } from '../deploy/tokens.mjs';
import { startAnvil } from '../lib/anvil.mjs';
import { installMulticall3, multicall3Address } from '../lib/multicall3.mjs';
import { genesisTimestamp } from './history.mjs';

/** Starts the chain's node and deploys everything; returns { node, description, stargate, bringToPresent }. */
export async function startEvmChain(chain, { fleet, artifacts, multicall3Code }) {
  const node = await startAnvil(fleet, [
    '--chain-id',
    String(chain.chainId),
    '--timestamp',
    String(genesisTimestamp()),
    ...chain.anvilArguments,
  ]);
  const { rpc } = node;
  const accounts = await rpc.send('eth_accounts');
  await installMulticall3(rpc, multicall3Code);

  // The first accounts stay untouched for the user; only the last ones build and use the protocols.
  const roles = {
    user: accounts[0],
    safeOwner: accounts[1],
    borrower: accounts.at(-3),
    lender: accounts.at(-2),
    deployer: accounts.at(-1),
  };
  const context = { rpc, accounts: roles, artifacts };
  const { contracts, tokens, feeds, stargate } = await chain.deploy(context);
  const safe = await deploySafe(context);
  const description = {
    url: node.url,
    chainId: chain.chainId,
    accounts,
    contracts: { multicall3: multicall3Address, ...contracts, ...safe },
    tokens: describeTokens(tokens),
  };
  return {
    node,
    stargate,
    description: checksummed(description),
    bringToPresent: () => bringToPresent(rpc, chain.baseFee, feeds),
  };
}

/** The same value with every address in EIP-55 case. */
function checksummed(value) {
  if (typeof value === 'string') {
    return isAddress(value) ? getAddress(value) : value;
  }
  if (Array.isArray(value)) {
    return value.map(checksummed);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, checksummed(item)]));
  }
  return value;
}

/** Sets the clock to the real time, makes the feeds fresh and restores the base fee, which empty blocks lowered. */
async function bringToPresent(rpc, baseFee, feeds) {
  const behind = Math.floor(Date.now() / 1000) - (await rpc.timestamp());
  if (behind > 0) {
    await rpc.advanceTime(behind);
  }
  for (const feed of Object.values(feeds)) {
    await feed.send('setAnswer', await feed.read('latestAnswer'));
  }
  await rpc.send('anvil_setNextBlockBaseFeePerGas', [`0x${baseFee.toString(16)}`]);
  await rpc.mine();
}
