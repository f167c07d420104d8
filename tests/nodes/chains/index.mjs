import { getAddress, isAddress } from 'ethers';
import { installMulticall3 } from '../lib/multicall3.mjs';
import { arbitrum } from './arbitrum.mjs';
import { ethereum } from './ethereum.mjs';
import { genesisTimestamp } from './history.mjs';
import { op } from './op.mjs';

export const chains = { ethereum, op, arbitrum };

/** Starts one chain's node and deploys everything on it; returns what the JSON says of the chain. */
export async function startChain(name, { fleet, artifacts, multicall3Code }) {
  const chain = chains[name];
  const node = await fleet.start([
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
    borrower: accounts.at(-3),
    lender: accounts.at(-2),
    deployer: accounts.at(-1),
  };
  const { contracts, tokens, feeds } = await chain.deploy({ rpc, accounts: roles, artifacts });
  await bringToPresent(rpc, chain, feeds);
  const description = checksummed({ url: node.url, chainId: chain.chainId, accounts, contracts, tokens });
  return { node, description };
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
async function bringToPresent(rpc, { baseFee }, feeds) {
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
