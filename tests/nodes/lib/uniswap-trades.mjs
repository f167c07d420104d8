// Trades from which those who provide liquidity earn fees, and after which the price is what it was.
import { maxUint256 } from './contract.mjs';

// In whole stable tokens, both ways together. Of this, what lies over the full range earns about 8 % a year.
export const dailyVolume = 40_000_000;
export const distantDeadline = 4_102_444_800;
// How far the price moves at most, as a ratio. All the liquidity that is deployed reaches further.
const widestMove = 1.12;
// Few enough for the gas of one transaction.
const tripsInTransaction = 40;
const anyAmount = 1n << 128n;
const feeScale = 1_000_000n;

/** What the smallest unit of WETH costs, in smallest units of the stable token. */
export function priceOfWeth({ stable, weth }, sqrtPriceX96) {
  const price = (Number(sqrtPriceX96) / 2 ** 96) ** 2;
  return isBefore(stable, weth) ? 1 / price : price;
}

/** The pool sorts its tokens by their addresses. */
export function isBefore(token, other) {
  return token.address.toLowerCase() < other.address.toLowerCase();
}

/**
 * Buys WETH and sells it again, as often as it takes for this volume, which is both ways together and in the stable
 * token's smallest units. The trader's tokens are minted.
 */
export async function tradeToAndFro({ pool, router, stable, weth }, trader, volume, move = widestMove) {
  const { sqrtPriceX96 } = await pool.read('slot0');
  const price = priceOfWeth({ stable, weth }, sqrtPriceX96);
  const fee = await pool.read('fee');
  const bought = volume / 2n;
  const boughtUntilMove = Number(await pool.read('liquidity')) * Math.sqrt(price) * (Math.sqrt(Math.min(move, widestMove)) - 1);
  const trips = Math.ceil(Number(bought) / boughtUntilMove);
  const amount = bought / BigInt(trips);

  // What the fees take of both tokens is replaced, and once more as a reserve.
  const replaced = (bought * fee * 2n) / feeScale;
  await stable.send('mint', trader, amount + replaced);
  await weth.send('mint', trader, BigInt(Math.ceil(Number(replaced) / price)));
  for (const token of [stable, weth]) {
    await token.as(trader).send('approve', router.address, maxUint256);
  }

  const swap = (tokenIn, tokenOut, amountIn, sqrtPriceLimitX96) =>
    router.interface.encodeFunctionData('exactInputSingle', [
      {
        tokenIn: tokenIn.address,
        tokenOut: tokenOut.address,
        fee,
        recipient: trader,
        deadline: distantDeadline,
        amountIn,
        amountOutMinimum: 0,
        sqrtPriceLimitX96,
      },
    ]);
  // On the way back it is the price that ends the swap, and only what was needed is paid.
  const trip = [swap(stable, weth, amount, 0), swap(weth, stable, anyAmount, sqrtPriceX96)];
  for (let left = trips; left > 0; left -= tripsInTransaction) {
    const calls = Array(Math.min(left, tripsInTransaction)).fill(trip).flat();
    await router.as(trader).send('multicall', calls);
  }
}
