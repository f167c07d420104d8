import { getAddress, isAddress } from 'ethers';
import { linkStargates } from '../deploy/stargate.mjs';
import { describeTokens } from '../deploy/tokens.mjs';
import { log } from '../lib/log.mjs';
import { installMulticall3, multicall3Address } from '../lib/multicall3.mjs';
import { arbitrum } from './arbitrum.mjs';
import { ethereum } from './ethereum.mjs';
import { genesisTimestamp } from './history.mjs';
import { op } from './op.mjs';

export const chains = { ethereum, op, arbitrum };

/** Starts the named chains' nodes and deploys everything; returns { node, description } by name. */
export async function startChains(names, environment) {
  const started = await Promise.all(names.map((name) => startChain(name, environment)));
  const stargates = started.map((chain) => chain.stargate).filter(Boolean);
  if (stargates.length > 0) {
    await linkStargates(...stargates);
  }
  await Promise.all(started.map(bringToPresent));
  return Object.fromEntries(
    started.map(({ name, node, description }) => [name, { node, description: checksummed(description) }]),
  );
}

async function startChain(name, { fleet, artifacts, multicall3Code }) {
  const since = Date.now();
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
  const { contracts, tokens, feeds, stargate } = await chain.deploy({ rpc, accounts: roles, artifacts });
  log(`${name} is deployed at ${node.url} after ${Date.now() - since} ms`);
  const description = {
    url: node.url,
    chainId: chain.chainId,
    accounts,
    contracts: { multicall3: multicall3Address, ...contracts },
    tokens: describeTokens(tokens),
  };
  return { name, chain, node, feeds, stargate, description };
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
async function bringToPresent({ node: { rpc }, chain: { baseFee }, feeds }) {
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
