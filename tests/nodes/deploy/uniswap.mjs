import { Contract, deploy, maxUint256, zeroAddress } from '../lib/contract.mjs';
import {
  factoryArtifact,
  poolArtifact,
  positionsArtifact,
  quoterArtifact,
  routerArtifact,
} from '../lib/uniswap-artifacts.mjs';
import { dailyVolume, distantDeadline, isBefore, tradeToAndFro } from '../lib/uniswap-trades.mjs';

const fee = 500;
const tickSpacing = 10;
const highestTick = 887_270;
// About 27 % to either side of the price.
const concentratedTicks = 2_400;

/** Uniswap v3 with one pool of the stable token and WETH, at this price of WETH. */
export async function deployUniswap({ rpc, accounts }, stable, weth, wethPrice) {
  const owner = accounts.deployer;
  const factory = await deploy(rpc, owner, factoryArtifact);
  const positions = await deploy(rpc, owner, positionsArtifact, [factory.address, weth.address, zeroAddress]);
  const router = await deploy(rpc, owner, routerArtifact, [factory.address, weth.address]);
  const quoter = await deploy(rpc, owner, quoterArtifact, [factory.address, weth.address]);

  const stableFirst = isBefore(stable, weth);
  const [token0, token1] = stableFirst ? [stable, weth] : [weth, stable];
  const equal = { stable: stable.units(wethPrice), weth: weth.units(1) };
  const [amount0, amount1] = stableFirst ? [equal.stable, equal.weth] : [equal.weth, equal.stable];
  const sqrtPriceX96 = squareRoot((amount1 << 192n) / amount0);
  await positions.send(
    'createAndInitializePoolIfNecessary',
    token0.address,
    token1.address,
    fee,
    sqrtPriceX96,
  );
  const poolAddress = await factory.read('getPool', token0.address, token1.address, fee);
  const pool = new Contract(rpc, poolAddress, poolArtifact.abi, owner);

  const addLiquidity = async (wethAmount, lowerTick, upperTick) => {
    await stable.mint(accounts.lender, wethAmount * wethPrice);
    await weth.mint(accounts.lender, wethAmount);
    const stableUnits = stable.units(wethAmount * wethPrice);
    const wethUnits = weth.units(wethAmount);
    await positions.as(accounts.lender).send('mint', {
      token0: token0.address,
      token1: token1.address,
      fee,
      tickLower: lowerTick,
      tickUpper: upperTick,
      amount0Desired: stableFirst ? stableUnits : wethUnits,
      amount1Desired: stableFirst ? wethUnits : stableUnits,
      amount0Min: 0,
      amount1Min: 0,
      recipient: accounts.lender,
      deadline: distantDeadline,
    });
  };
  for (const token of [stable, weth]) {
    await token.as(accounts.lender).send('approve', positions.address, maxUint256);
  }
  const { tick } = await pool.read('slot0');
  const middle = Math.round(Number(tick) / tickSpacing) * tickSpacing;
  await addLiquidity(2_000, middle - concentratedTicks, middle + concentratedTicks);
  await addLiquidity(200, -highestTick, highestTick);

  return { factory, positions, quoter, router, pool, stable, weth };
}

/** What others trade in these days, which leaves fees and no other price. */
export async function tradeOnUniswap({ accounts }, uniswap, days) {
  await tradeToAndFro(uniswap, accounts.borrower, uniswap.stable.units(dailyVolume * days));
}

export function describeUniswap({ factory, positions, quoter, router, pool }) {
  return {
    uniswapFactory: factory.address,
    uniswapPositions: positions.address,
    uniswapQuoter: quoter.address,
    uniswapRouter: router.address,
    uniswapPoolUsdcWeth: pool.address,
  };
}

/** The integer square root, by Newton's method. */
function squareRoot(value) {
  let root = value;
  let next = (root + 1n) / 2n;
  while (next < root) {
    root = next;
    next = (root + value / root) / 2n;
  }
  return root;
}
