// Starts local nodes, deploys real protocols on them and prints one line of JSON that says where everything is.
// It lives until its standard input closes or it gets SIGTERM or SIGINT, and then ends all that it started.
import { parseArgs } from 'node:util';
import { chainNames, evmChains, startChains, usualChainNames } from './chains/index.mjs';
import { compileUnit } from './lib/compiler.mjs';
import { NodeFleet } from './lib/fleet.mjs';
import { log } from './lib/log.mjs';
import { loadMulticall3 } from './lib/multicall3.mjs';
import { units } from './lib/units.mjs';

const deployTimeoutMs = 120_000;

function chosenChains() {
  const { values } = parseArgs({ options: { chains: { type: 'string' } } });
  const names = values.chains ? values.chains.split(',').map((name) => name.trim()) : usualChainNames();
  const unknown = names.filter((name) => !chainNames.includes(name));
  if (unknown.length > 0) {
    throw new Error(`Unknown chain ${unknown.join(', ')}; known are ${chainNames.join(', ')}`);
  }
  return [...new Set(names)];
}

function within(milliseconds, what, promise) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

async function startAll(names, fleet, artifacts) {
  const multicall3Code = await loadMulticall3(fleet);
  return startChains(names, { fleet, artifacts, multicall3Code });
}

const fleet = new NodeFleet();
let ending = false;

async function end(code, reason) {
  if (ending) {
    return;
  }
  ending = true;
  log(`ending: ${reason}`);
  await fleet.stopAll();
  process.exit(code);
}

try {
  const names = chosenChains();
  // Compiling blocks this thread, so it comes before anything that would have to be ended.
  const compiled = names.some((name) => name in evmChains) ? Object.values(units) : [];
  const artifacts = Object.fromEntries(compiled.map((unit) => [unit.name, compileUnit(unit)]));

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => end(0, signal));
  }
  process.on('uncaughtException', (error) => end(1, error.stack));
  process.on('unhandledRejection', (error) => end(1, error?.stack ?? error));
  process.stdin.on('end', () => end(0, 'standard input closed'));
  process.stdin.on('error', () => end(0, 'standard input failed'));
  process.stdin.resume();

  const started = await within(deployTimeoutMs, 'Deploying', startAll(names, fleet, artifacts));
  const descriptions = {};
  for (const [name, { node, description }] of Object.entries(started)) {
    descriptions[name] = description;
    node.process.once('exit', () => end(1, `the node of ${name} ended`));
  }
  process.stdout.write(`${JSON.stringify({ chains: descriptions })}\n`);
} catch (error) {
  await end(1, error.stack);
}
