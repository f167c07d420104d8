import { parseUnits } from 'ethers';
import { deploy, maxUint256 } from '../lib/contract.mjs';

const secondsPerYear = 31_536_000n;

// The shape of the mainnet USDC market's curves, as yearly rates.
const supplyCurve = { kink: '0.9', base: '0', slopeLow: '0.039', slopeHigh: '3.2' };
const borrowCurve = { kink: '0.9', base: '0.015', slopeLow: '0.035', slopeHigh: '3.4' };

// What all suppliers and all borrowers earn in a year, in whole reward tokens.
const supplyRewards = 3_000;
const borrowRewards = 1_000;
const minForRewards = 1_000_000;
const rewardsAmount = 100_000;

/** A stand-in for Compound v3; see its source for what is real. */
export async function deployComet({ rpc, accounts, artifacts }, token, supplied, borrowed) {
  const args = [
    token.address,
    token.decimals,
    accounts.borrower,
    perSecond(supplyCurve),
    perSecond(borrowCurve),
    {
      supplySpeed: trackingSpeed(supplyRewards),
      borrowSpeed: trackingSpeed(borrowRewards),
      minForRewards: token.units(minForRewards),
    },
  ];
  const comet = await deploy(rpc, accounts.deployer, artifacts.own.CometStandIn, args);
  await token.mint(accounts.lender, supplied);
  await token.as(accounts.lender).send('approve', comet.address, maxUint256);
  await comet.as(accounts.lender).send('supply', token.address, token.units(supplied));
  await comet.as(accounts.borrower).send('withdraw', token.address, token.units(borrowed));
  return comet;
}

/** A stand-in for what pays the rewards that Comet tracks. */
export async function deployCometRewards({ rpc, accounts, artifacts }, comet, reward) {
  const rewards = await deploy(rpc, accounts.deployer, artifacts.own.CometRewardsStandIn);
  await rewards.send('setRewardConfig', comet.address, reward.address);
  await reward.mint(rewards.address, rewardsAmount);
  return rewards;
}

/** Comet keeps rates per second and only the kink as it is. */
function perSecond(curve) {
  const scaled = (value) => parseUnits(value, 18);
  return {
    kink: scaled(curve.kink),
    base: scaled(curve.base) / secondsPerYear,
    slopeLow: scaled(curve.slopeLow) / secondsPerYear,
    slopeHigh: scaled(curve.slopeHigh) / secondsPerYear,
  };
}

/** Comet scales them by 1e15, whatever the token's decimals are. */
function trackingSpeed(yearly) {
  return parseUnits(String(yearly), 15) / secondsPerYear;
}
