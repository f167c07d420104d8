import { multicall3Address } from '../lib/multicall3.mjs';
import { installOpPredeploys } from '../deploy/op-predeploys.mjs';
import { deployRollupMarket } from './rollup-market.mjs';

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
    const predeploys = await installOpPredeploys(context, l1Values);
    return { ...result, contracts: { ...result.contracts, ...predeploys, multicall3: multicall3Address } };
  },
};
