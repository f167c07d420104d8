// Provides a million dollars to a Uniswap v3 pool of USDC and WETH while others trade, collects the fees, and prints what
// really came of it, for tests that hold a forecast against it. All numbers are decimal strings. The position stays, and
// the node's time is then DAYS later, so who wants the node as it was takes a snapshot before.
// Usage: node uniswap-fees.mjs URL POOL POSITIONS ROUTER RANGE DAYS
// RANGE is "full", or a ratio: 1.25 is from the price divided by 1.25 to 1.25 times the price.
import { Contract, eventsOf, maxUint256 } from './lib/contract.mjs';
import { Rpc } from './lib/rpc.mjs';
import { testTokenAbi } from './lib/test-token.mjs';
import { poolArtifact, positionsArtifact, routerArtifact } from './lib/uniswap-artifacts.mjs';
import { dailyVolume, distantDeadline, priceOfWeth, tradeToAndFro } from './lib/uniswap-trades.mjs';

const worth = 1_000_000n;
const leastSteps = 4;
const longestStepDays = 5;
const secondsPerDay = 86_400;
const highestTick = 887_272;
const tickBase = 1.0001;
const maxUint128 = (1n << 128n) - 1n;

const [url, poolAddress, positionsAddress, routerAddress, rangeText, daysText] = process.argv.slice(2);
const range = rangeText === 'full' ? Infinity : Number(rangeText);
const days = Number(daysText);
if (!(range > 1) || !(days > 0)) {
  console.error('Usage: node uniswap-fees.mjs URL POOL POSITIONS ROUTER RANGE DAYS');
  process.exit(2);
}

const rpc = new Rpc(url);
// Those who already provide liquidity and trade there; the user's accounts stay as they are.
const [trader, provider] = (await rpc.send('eth_accounts')).slice(-3);
const pool = new Contract(rpc, poolAddress, poolArtifact.abi, provider);
const positions = new Contract(rpc, positionsAddress, positionsArtifact.abi, provider);
const router = new Contract(rpc, routerAddress, routerArtifact.abi, trader);
const tokens = [];
for (const method of ['token0', 'token1']) {
  tokens.push(new Contract(rpc, await pool.read(method), testTokenAbi, provider));
}
const stableFirst = (await tokens[0].read('symbol')) === 'USDC';
const [stable, weth] = stableFirst ? tokens : [...tokens].reverse();
const unit = 10n ** (await stable.read('decimals'));

const [tickLower, tickUpper] = await ticksOfRange();
const minted = await mint();
const start = await observe();
const steps = Math.max(leastSteps, Math.ceil(days / longestStepDays));
for (let step = 0; step < steps; step++) {
  await rpc.advanceTime(Math.round((days * secondsPerDay) / steps));
  const volume = BigInt(Math.round((dailyVolume * days) / steps)) * unit;
  // The price stays in the middle of a narrow range too.
  await tradeToAndFro({ pool, router, stable, weth }, trader, volume, Math.sqrt(range));
}
const end = await observe();
const collected = await collect();
console.log(
  JSON.stringify({
    token0: tokens[0].address,
    token1: tokens[1].address,
    tickLower: String(tickLower),
    tickUpper: String(tickUpper),
    tokenId: String(minted.tokenId),
    liquidity: String(minted.liquidity),
    deposited0: String(minted.amount0),
    deposited1: String(minted.amount1),
    start,
    end,
    collected0: String(collected[0]),
    collected1: String(collected[1]),
  }),
);

async function ticksOfRange() {
  const spacing = Number(await pool.read('tickSpacing'));
  if (range === Infinity) {
    const highest = Math.floor(highestTick / spacing) * spacing;
    return [-highest, highest];
  }
  const { tick } = await pool.read('slot0');
  const distance = Math.log(range) / Math.log(tickBase);
  const rounded = (value) => Math.round(value / spacing) * spacing;
  return [rounded(Number(tick) - distance), rounded(Number(tick) + distance)];
}

/** Half of each token, which is what a range to both sides of the price takes. */
async function mint() {
  const { sqrtPriceX96 } = await pool.read('slot0');
  const stableAmount = (worth * unit) / 2n;
  const wethAmount = BigInt(Math.round(Number(stableAmount) / priceOfWeth({ stable, weth }, sqrtPriceX96)));
  for (const [token, amount] of [
    [stable, stableAmount],
    [weth, wethAmount],
  ]) {
    await token.send('mint', provider, amount);
    await token.send('approve', positions.address, maxUint256);
  }
  const receipt = await positions.send('mint', {
    token0: tokens[0].address,
    token1: tokens[1].address,
    fee: await pool.read('fee'),
    tickLower,
    tickUpper,
    amount0Desired: stableFirst ? stableAmount : wethAmount,
    amount1Desired: stableFirst ? wethAmount : stableAmount,
    amount0Min: 0,
    amount1Min: 0,
    recipient: provider,
    deadline: distantDeadline,
  });
  return eventsOf(positions, receipt, 'IncreaseLiquidity')[0];
}

/** The pool as it is after the latest block. */
async function observe() {
  const block = await rpc.send('eth_getBlockByNumber', ['latest', false]);
  const { sqrtPriceX96 } = await pool.read('slot0');
  return {
    block: String(Number(block.number)),
    timestamp: String(Number(block.timestamp)),
    sqrtPriceX96: String(sqrtPriceX96),
    poolLiquidity: String(await pool.read('liquidity')),
  };
}

/** Collecting brings the position's fees up to date by itself. */
async function collect() {
  const balances = () => Promise.all(tokens.map((token) => token.read('balanceOf', provider)));
  const before = await balances();
  await positions.send('collect', {
    tokenId: minted.tokenId,
    recipient: provider,
    amount0Max: maxUint128,
    amount1Max: maxUint128,
  });
  const after = await balances();
  return after.map((balance, index) => balance - before[index]);
}
