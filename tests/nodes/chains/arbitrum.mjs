import { installArbitrumStandIns } from '../deploy/arbitrum-stand-ins.mjs';
import { installCctp } from '../deploy/cctp.mjs';
import { deployRollupMarket } from './rollup-market.mjs';

const gasPrices = {
  l1BaseFee: 8_123_456_789n,
  l2BaseFee: 12_000_000n,
  minimumGasPrice: 10_000_000n,
};

// The number that Circle gives to the real chain.
const cctpDomain = 3;

export const arbitrum = {
  chainId: 1_337_042,
  anvilArguments: [],
  baseFee: gasPrices.l2BaseFee,

  async deploy(context) {
    const result = await deployRollupMarket(context, {
      usdcSupplied: 4_000_000,
      usdcBorrowed: 3_400_000,
      wethSupplied: 2_500,
      wethBorrowed: 1_000,
      wethCollateral: 3_500,
    });
    const standIns = await installArbitrumStandIns(context, gasPrices);
    const cctp = await installCctp(context, result.tokens.USDC, cctpDomain);
    return { ...result, contracts: { ...result.contracts, ...standIns, ...cctp } };
  },
};
