import {
  deployAaveMarket,
  deployStataToken,
  describeAaveMarket,
  freezeReserve,
  touchAaveMarket,
} from '../deploy/aave.mjs';
import { startEmissions } from '../deploy/aave-rewards.mjs';
import { deployEthereumSpokePool } from '../deploy/across.mjs';
import { deployArbitrumRollup } from '../deploy/arbitrum-rollup.mjs';
import { installCctp } from '../deploy/cctp.mjs';
import { deployComet, deployCometRewards } from '../deploy/comet.mjs';
import { deployEtherFi } from '../deploy/ether-fi.mjs';
import { deployFeeds, describeFeeds } from '../deploy/feeds.mjs';
import { accrueLido, deployLido, describeLido } from '../deploy/lido.mjs';
import { deployMorpho, describeMorpho, touchMorpho } from '../deploy/morpho.mjs';
import { deployOpBridge } from '../deploy/op-bridge.mjs';
import { deployStargate, describeStargate } from '../deploy/stargate.mjs';
import { deployTokens } from '../deploy/tokens.mjs';
import { deployUniswap, describeUniswap, tradeOnUniswap } from '../deploy/uniswap.mjs';
import { deploySteadyVault } from '../deploy/vaults.mjs';
import { arbitrum } from './arbitrum.mjs';
import { liveThroughHistory, presentTimestamp, secondsPerDay } from './history.mjs';
import { op } from './op.mjs';

// The numbers that LayerZero gives to the real chains.
const endpointIds = { endpointId: 30_101, remoteEndpointId: 30_111 };
// And the one that Circle gives.
const cctpDomain = 0;

// A year, in basis points.
const lidoRate = 300;

const prices = { USDC: 1, DAI: 1, WETH: 2_500, WBTC: 65_000 };
// These are no reserves of the market, which has one of each other token.
const rewardPrices = { AAVE: 100, COMP: 40 };

const reserves = [
  {
    symbol: 'USDC',
    supplied: 10_000_000,
    borrowed: 8_200_000,
    supplyCap: 14_000_000,
    borrowCap: 12_000_000,
    ltv: 7_500,
    liquidationThreshold: 7_800,
    reserveFactor: 1_000,
    rates: [9_000, 0, 550, 4_000],
  },
  {
    symbol: 'DAI',
    supplied: 5_000_000,
    borrowed: 2_000_000,
    ltv: 7_500,
    liquidationThreshold: 7_800,
    reserveFactor: 2_500,
    rates: [8_000, 0, 550, 6_000],
  },
  {
    symbol: 'WETH',
    supplied: 20_000,
    borrowed: 12_000,
    supplyCap: 40_000,
    borrowCap: 30_000,
    ltv: 8_000,
    liquidationThreshold: 8_250,
    reserveFactor: 1_500,
    rates: [9_000, 0, 270, 8_000],
  },
  {
    symbol: 'WBTC',
    supplied: 100,
    borrowed: 55,
    collateral: 1_000,
    supplyCap: 3_000,
    ltv: 7_500,
    liquidationThreshold: 8_000,
    reserveFactor: 5_000,
    rates: [8_000, 50, 400, 30_000],
  },
];

export const ethereum = {
  chainId: 1_337_001,
  anvilArguments: [],
  baseFee: 8_000_000_000n,

  async deploy(context) {
    const { rpc, accounts } = context;
    const tokens = await deployTokens(context, Object.keys(prices));
    const feeds = await deployFeeds(context, prices);
    const rewardTokens = await deployTokens(context, Object.keys(rewardPrices));
    const rewardFeeds = await deployFeeds(context, rewardPrices);
    const market = await deployAaveMarket(context, tokens, feeds, reserves, { withRewards: true });
    await startEmissions(context, market, rewardTokens.AAVE, rewardFeeds.AAVE, [
      // About 1.5 % a year.
      { asset: tokens.USDC, amount: 1_560, end: presentTimestamp() + 730 * secondsPerDay },
      { asset: tokens.WETH, amount: 4_000, end: presentTimestamp() - 20 * secondsPerDay },
    ]);
    const stataUsdc = await deployStataToken(context, market, tokens.USDC, 250_000);
    const steadyVault = await deploySteadyVault(context, tokens.USDC, 1_000_000);
    const comet = await deployComet(context, tokens.USDC, 6_000_000, 5_100_000);
    const cometRewards = await deployCometRewards(context, comet, rewardTokens.COMP);
    const morpho = await deployMorpho(
      context,
      {
        loan: tokens.USDC,
        collateral: tokens.WETH,
        loanFeed: feeds.USDC,
        collateralFeed: feeds.WETH,
      },
      { supplied: 1_000_000, vaultDeposit: 3_000_000, vaultCap: 20_000_000, collateral: 2_500, borrowed: 3_640_000 },
    );
    const stargate = await deployStargate(context, tokens.USDC, {
      ...endpointIds,
      usdc: { liquidity: 4_000_000, credit: 1_500_000 },
      ether: { liquidity: 600, credit: 350 },
      messageFee: 300_000_000_000_000n,
    });
    const uniswap = await deployUniswap(context, tokens.USDC, tokens.WETH, prices.WETH);
    const lido = await deployLido(context, 5_000, 1_000);
    const etherFi = await deployEtherFi(context, 2_000, 100);

    await liveThroughHistory(rpc, async (days) => {
      await touchAaveMarket(context, market, tokens, reserves);
      await touchMorpho(morpho);
      await comet.send('accrueAccount', accounts.lender);
      // Five per cent a year of the first deposit.
      await steadyVault.send('accrue', tokens.USDC.units(1_000_000) * 5n * BigInt(days) / 36_500n);
      await accrueLido(lido, lidoRate, days);
      await tradeOnUniswap(context, uniswap, days);
    });
    await freezeReserve(market, tokens.DAI);
    const spokePool = await deployEthereumSpokePool(context, tokens.WETH);
    const cctp = await installCctp(context, tokens.USDC, cctpDomain);
    // The first contract of each node is its USDC, so it has the same address on the rollup.
    const usdcOnOp = tokens.USDC.address;
    const opBridge = await deployOpBridge(context, tokens.USDC, usdcOnOp, op.chainId, { ether: 500, token: 1_500_000 });
    const arbitrumRollup = await deployArbitrumRollup(context, tokens.WETH, arbitrum.chainId, 800);

    await tokens.USDC.mint(accounts.user, 5_000_000);
    await tokens.DAI.mint(accounts.user, 1_000_000);
    await tokens.WETH.mint(accounts.user, 1_000);
    await tokens.WBTC.mint(accounts.user, 20);
    return {
      feeds: { ...feeds, ...rewardFeeds },
      stargate,
      tokens,
      contracts: {
        ...describeAaveMarket(market),
        ...describeFeeds({ ...feeds, ...rewardFeeds }),
        rewardsController: market.rewards.controller.address,
        aaveRewardToken: rewardTokens.AAVE.address,
        stataUsdc: stataUsdc.address,
        steadyVault: steadyVault.address,
        cometUsdc: comet.address,
        cometRewards: cometRewards.address,
        compToken: rewardTokens.COMP.address,
        ...describeMorpho(morpho),
        ...describeUniswap(uniswap),
        ...describeStargate(stargate),
        ...describeLido(lido),
        ...etherFi,
        acrossSpokePool: spokePool.address,
        ...cctp,
        ...opBridge,
        ...arbitrumRollup,
      },
    };
  },
};
