import { deployAaveMarket, describeAaveMarket, touchAaveMarket } from '../deploy/aave.mjs';
import { deployFeeds, describeFeeds } from '../deploy/feeds.mjs';
import { deployTokens } from '../deploy/tokens.mjs';
import { liveThroughHistory } from './history.mjs';

const prices = { USDC: 1, WETH: 2_500 };

/** The smaller Aave market that both rollups have; sizes are whole tokens. */
export async function deployRollupMarket(context, sizes) {
  const { usdcSupplied, usdcBorrowed, wethSupplied, wethBorrowed, wethCollateral } = sizes;
  const reserves = [
    {
      symbol: 'USDC',
      supplied: usdcSupplied,
      borrowed: usdcBorrowed,
      supplyCap: usdcSupplied * 2,
      borrowCap: Math.round(usdcSupplied * 1.8),
      ltv: 7_500,
      liquidationThreshold: 7_800,
      reserveFactor: 1_000,
      rates: [9_000, 0, 550, 4_000],
    },
    {
      symbol: 'WETH',
      supplied: wethSupplied,
      borrowed: wethBorrowed,
      collateral: wethCollateral,
      ltv: 8_000,
      liquidationThreshold: 8_250,
      reserveFactor: 1_500,
      rates: [8_000, 0, 300, 8_000],
    },
  ];
  const tokens = await deployTokens(context, Object.keys(prices));
  const feeds = await deployFeeds(context, prices);
  const market = await deployAaveMarket(context, tokens, feeds, reserves);
  await liveThroughHistory(context.rpc, () => touchAaveMarket(context, market, tokens, reserves));
  await tokens.USDC.mint(context.accounts.user, 2_000_000);
  await tokens.WETH.mint(context.accounts.user, 500);
  return {
    feeds,
    tokens,
    contracts: { ...describeAaveMarket(market), ...describeFeeds(feeds) },
  };
}
