import { deployOpSpokePool } from '../deploy/across.mjs';
import { installCctp } from '../deploy/cctp.mjs';
import { installOpPredeploys } from '../deploy/op-predeploys.mjs';
import { deployStargate, describeStargate } from '../deploy/stargate.mjs';
import { deployRollupMarket } from './rollup-market.mjs';

// The numbers that LayerZero gives to the real chains.
const endpointIds = { endpointId: 30_111, remoteEndpointId: 30_101 };
// And the one that Circle gives.
const cctpDomain = 2;

// Scalars of OP Mainnet and plausible L1 fees.
const l1Values = {
  baseFeeScalar: 5_227,
  blobBaseFeeScalar: 1_014_213,
  baseFee: 8_123_456_789n,
  blobBaseFee: 987_654_321n,
};

export const op = {
  chainId: 1_337_010,
  anvilArguments: ['--network', 'optimism'],
  baseFee: 1_000_000n,

  async deploy(context) {
    const result = await deployRollupMarket(context, {
      usdcSupplied: 3_000_000,
      usdcBorrowed: 2_100_000,
      wethSupplied: 1_500,
      wethBorrowed: 1_100,
      wethCollateral: 2_500,
    });
    const stargate = await deployStargate(context, result.tokens.USDC, {
      ...endpointIds,
      usdc: { liquidity: 2_000_000, credit: 3_000_000 },
      ether: { liquidity: 400, credit: 500 },
      messageFee: 900_000_000_000_000n,
    });
    const predeploys = await installOpPredeploys(context, l1Values);
    const spokePool = await deployOpSpokePool(context, result.tokens.WETH, result.tokens.USDC);
    const cctp = await installCctp(context, result.tokens.USDC, cctpDomain);
    return {
      ...result,
      stargate,
      contracts: {
        ...result.contracts,
        ...predeploys,
        ...describeStargate(stargate),
        acrossSpokePool: spokePool.address,
        ...cctp,
      },
    };
  },
};
