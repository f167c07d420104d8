// Uniswap v3 as its own packages ship it.
import { packagedArtifact } from './packaged.mjs';

const core = '@uniswap/v3-core/artifacts/contracts';
const periphery = '@uniswap/v3-periphery/artifacts/contracts';

export const factoryArtifact = packagedArtifact(`${core}/UniswapV3Factory.sol/UniswapV3Factory`);
export const poolArtifact = packagedArtifact(`${core}/UniswapV3Pool.sol/UniswapV3Pool`);
export const positionsArtifact = packagedArtifact(
  `${periphery}/NonfungiblePositionManager.sol/NonfungiblePositionManager`,
);
export const routerArtifact = packagedArtifact(`${periphery}/SwapRouter.sol/SwapRouter`);
export const quoterArtifact = packagedArtifact(`${periphery}/lens/QuoterV2.sol/QuoterV2`);
