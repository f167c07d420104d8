import { linkStargates } from '../deploy/stargate.mjs';
import { log } from '../lib/log.mjs';
import { arbitrum } from './arbitrum.mjs';
import { ethereum } from './ethereum.mjs';
import { startEvmChain } from './evm.mjs';
import { op } from './op.mjs';
import { isSolanaAvailable, startSolana } from './solana.mjs';

export const evmChains = { ethereum, op, arbitrum };
export const chainNames = [...Object.keys(evmChains), 'solana'];

/** The chains that start if none are named. */
export function usualChainNames() {
  return chainNames.filter((name) => name !== 'solana' || isSolanaAvailable);
}

/** Starts the named chains' nodes and deploys everything; returns { node, description } by name. */
export async function startChains(names, environment) {
  const started = await Promise.all(names.map((name) => startChain(name, environment)));
  const stargates = started.map((chain) => chain.stargate).filter(Boolean);
  if (stargates.length > 0) {
    await linkStargates(...stargates);
  }
  await Promise.all(started.map((chain) => chain.bringToPresent()));
  return Object.fromEntries(started.map(({ name, node, description }) => [name, { node, description }]));
}

async function startChain(name, environment) {
  const since = Date.now();
  const started = await (name in evmChains
    ? startEvmChain(evmChains[name], environment)
    : startSolana(environment));
  log(`${name} is deployed at ${started.node.url} after ${Date.now() - since} ms`);
  return { name, ...started };
}
