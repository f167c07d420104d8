// Checks Uniswap: its price, the fees that the history left, and what a position really collects.
import assert from 'node:assert/strict';
import { Contract } from './contract.mjs';
import { Rpc } from './rpc.mjs';
import { runScript } from './run-script.mjs';
import { poolArtifact, positionsArtifact, quoterArtifact } from './uniswap-artifacts.mjs';

const secondsPerYear = 31_536_000;
const secondsPerDay = 86_400;
const wethPrice = 2_500;
const historyDays = 30;
const growthNames = ['feeGrowthGlobal0X128', 'feeGrowthGlobal1X128'];

export async function checkUniswap(chain) {
  const { url, contracts } = chain;
  const rpc = new Rpc(url);
  const pool = new Contract(rpc, contracts.uniswapPoolUsdcWeth, poolArtifact.abi);
  const positions = new Contract(rpc, contracts.uniswapPositions, positionsArtifact.abi);
  assert.equal((await positions.read('factory')).toLowerCase(), contracts.uniswapFactory.toLowerCase());
  await checkPrice(chain, rpc, pool);
  await checkFees(chain, pool);
  for (const [range, days] of [
    ['1.25', 4],
    ['full', 4],
  ]) {
    await rpc.undone(() => checkPosition(chain, pool, range, days));
  }
}

async function checkPrice({ contracts, tokens }, rpc, pool) {
  const { sqrtPriceX96 } = await pool.read('slot0');
  const rawPrice = (Number(sqrtPriceX96) / 2 ** 96) ** 2;
  const usdcFirst = (await pool.read('token0')) === tokens.USDC.address;
  const price = (usdcFirst ? 1 / rawPrice : rawPrice) * 10 ** (tokens.WETH.decimals - tokens.USDC.decimals);
  assert.ok(Math.abs(price / wethPrice - 1) < 1e-9, `the price of the pool is ${price}`);

  const quoter = new Contract(rpc, contracts.uniswapQuoter, quoterArtifact.abi);
  const { amountOut } = await quoter.read('quoteExactInputSingle', {
    tokenIn: tokens.USDC.address,
    tokenOut: tokens.WETH.address,
    amountIn: 10_000_000_000n,
    fee: await pool.read('fee'),
    sqrtPriceLimitX96: 0,
  });
  console.log(`Uniswap: 10000 USDC buy ${Number(amountOut) / 1e18} WETH`);
  // The price, less the fee and a little impact.
  assert.ok(amountOut > 3_980_000_000_000_000_000n && amountOut < 4_000_000_000_000_000_000n);
}

/** A unit of liquidity over the full range is worth twice the square root of the price, in each of the two tokens. */
async function checkFees({ tokens }, pool) {
  const growths = await Promise.all(growthNames.map((name) => pool.read(name)));
  const { sqrtPriceX96 } = await pool.read('slot0');
  const root = Number(sqrtPriceX96) / 2 ** 96;
  const [growth0, growth1] = growths.map((growth) => Number(growth) / 2 ** 128);
  const yearly = ((growth0 * root ** 2 + growth1) / (2 * root)) * (365 / historyDays);
  console.log(`Uniswap: fees of ${(yearly * 100).toFixed(2)} % a year over the full range`);
  assert.ok(yearly > 0.05 && yearly < 0.3);
}

async function checkPosition({ url, contracts, tokens }, pool, range, days) {
  const { uniswapPoolUsdcWeth, uniswapPositions, uniswapRouter } = contracts;
  const result = await runScript(
    'uniswap-fees.mjs',
    url,
    uniswapPoolUsdcWeth,
    uniswapPositions,
    uniswapRouter,
    range,
    days,
  );
  const { start, end } = result;
  assert.equal(start.sqrtPriceX96, end.sqrtPriceX96);
  assert.ok(Math.abs(end.timestamp - start.timestamp - days * secondsPerDay) < 60);
  const [before, after] = await Promise.all([start, end].map(({ block }) => growthsAt(pool, block)));
  for (const index of [0, 1]) {
    // All the trades stayed in the position's range.
    const earned = (BigInt(result.liquidity) * (after[index] - before[index])) >> 128n;
    assert.equal(BigInt(result[`collected${index}`]), earned);
  }
  const worth = (amount0, amount1) => {
    const [usdc, weth] = result.token0 === tokens.USDC.address ? [amount0, amount1] : [amount1, amount0];
    return Number(usdc) / 1e6 + (Number(weth) / 1e18) * wethPrice;
  };
  const deposited = worth(result.deposited0, result.deposited1);
  const collected = worth(result.collected0, result.collected1);
  assert.ok(Math.abs(deposited / 1_000_000 - 1) < 0.01);
  const yearly = (collected / deposited) * (secondsPerYear / (end.timestamp - start.timestamp));
  console.log(
    `Uniswap: ${deposited.toFixed(0)} USD in range ${range} earned ${collected.toFixed(2)} in ${days} days, ${(yearly * 100).toFixed(2)} % a year`,
  );
}

async function growthsAt(pool, block) {
  return Promise.all(
    growthNames.map(async (name) => {
      const data = pool.interface.encodeFunctionData(name);
      const tag = `0x${Number(block).toString(16)}`;
      return BigInt(await pool.rpc.send('eth_call', [{ to: pool.address, data }, tag]));
    }),
  );
}
