import { Contract, deploy, maxUint256, zeroAddress } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const core = '@uniswap/v3-core/artifacts/contracts';
const periphery = '@uniswap/v3-periphery/artifacts/contracts';
const factoryArtifact = packagedArtifact(`${core}/UniswapV3Factory.sol/UniswapV3Factory`);
const poolArtifact = packagedArtifact(`${core}/UniswapV3Pool.sol/UniswapV3Pool`);
const positionsArtifact = packagedArtifact(
  `${periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager`,
);
const routerArtifact = packagedArtifact(`${periphery}/SwapRouter.sol/SwapRouter`);
const quoterArtifact = packagedArtifact(`${periphery}/lens/QuoterV2.sol/QuoterV2`);

const fee = 500;
const tickSpacing = 10;
const highestTick = 887_270;
// About 27 % to either side of the price.
const concentratedTicks = 2_400;
const distantDeadline = 4_102_444_800;

/** Uniswap v3 with one pool of the stable token and WETH, at this price of WETH. */
export async function deployUniswap({ rpc, accounts }, stable, weth, wethPrice) {
  const owner = accounts.deployer;
  const factory = await deploy(rpc, owner, factoryArtifact);
  const positions = await deploy(rpc, owner, positionsArtifact, [factory.address, weth.address, zeroAddress]);
  const router = await deploy(rpc, owner, routerArtifact, [factory.address, weth.address]);
  const quoter = await deploy(rpc, owner, quoterArtifact, [factory.address, weth.address]);

  const stableFirst = stable.address.toLowerCase() < weth.address.toLowerCase();
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

  return {
    uniswapFactory: factory.address,
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
