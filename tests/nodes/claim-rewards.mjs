// Supplies a token, lets days pass, claims the rewards for it, and prints what really came of it, for tests that hold a
// forecast against it. Supplies and rewards are in the tokens' smallest units, and all numbers are decimal strings. What
// was supplied stays, and the node's time is then DAYS later, so who wants the node as it was takes a snapshot before.
// Usage: node claim-rewards.mjs URL aave POOL ASSET AMOUNT DAYS
//        node claim-rewards.mjs URL comet COMET REWARDS AMOUNT DAYS
// AMOUNT is in whole tokens: of the asset, or of Comet's base token.
import { parseUnits } from 'ethers';
import { Contract } from './lib/contract.mjs';
import { Rpc } from './lib/rpc.mjs';
import { testTokenAbi } from './lib/test-token.mjs';

const secondsPerDay = 86_400;
const sharesAbi = [
  'function balanceOf(address account) view returns (uint256)',
  'function totalSupply() view returns (uint256)',
];
const protocols = { aave: prepareAave, comet: prepareComet };

const [url, protocol, first, second, wholeAmount, days] = process.argv.slice(2);
if (!(protocol in protocols) || !(Number(days) > 0)) {
  console.error('Usage: node claim-rewards.mjs URL aave POOL ASSET AMOUNT DAYS');
  console.error('       node claim-rewards.mjs URL comet COMET REWARDS AMOUNT DAYS');
  process.exit(2);
}

const rpc = new Rpc(url);
// One that supplies nothing otherwise.
const account = (await rpc.send('eth_accounts'))[5];
const { asset, market, shares, reward, supply, claim } = await protocols[protocol](first, second);
const amount = parseUnits(wholeAmount, await asset.read('decimals'));
await asset.send('mint', account, amount);
await asset.send('approve', market.address, amount);
await supply(amount);
const start = await observe();
const before = await reward.read('balanceOf', account);
await rpc.advanceTime(Math.round(Number(days) * secondsPerDay));
await claim();
const end = await observe();
console.log(
  JSON.stringify({
    asset: asset.address,
    supplied: String(amount),
    reward: reward.address,
    received: String((await reward.read('balanceOf', account)) - before),
    start,
    end,
  }),
);

async function prepareAave(poolAddress, assetAddress) {
  const pool = new Contract(
    rpc,
    poolAddress,
    [
      'function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)',
      'function getReserveAToken(address asset) view returns (address)',
    ],
    account,
  );
  const shares = new Contract(
    rpc,
    await pool.read('getReserveAToken', assetAddress),
    [...sharesAbi, 'function getIncentivesController() view returns (address)'],
    account,
  );
  const controller = new Contract(
    rpc,
    await shares.read('getIncentivesController'),
    [
      'function getRewardsByAsset(address asset) view returns (address[])',
      'function claimAllRewards(address[] assets, address to) returns (address[] rewardsList, uint256[] claimedAmounts)',
    ],
    account,
  );
  const [rewardAddress] = await controller.read('getRewardsByAsset', shares.address);
  if (!rewardAddress) {
    throw new Error(`No rewards are paid for ${assetAddress}`);
  }
  return {
    asset: token(assetAddress),
    market: pool,
    shares,
    reward: token(rewardAddress),
    supply: (amount) => pool.send('supply', assetAddress, amount, account, 0),
    claim: () => controller.send('claimAllRewards', [shares.address], account),
  };
}

async function prepareComet(cometAddress, rewardsAddress) {
  const comet = new Contract(
    rpc,
    cometAddress,
    [
      ...sharesAbi,
      'function baseToken() view returns (address)',
      'function supply(address asset, uint256 amount)',
    ],
    account,
  );
  const rewards = new Contract(
    rpc,
    rewardsAddress,
    [
      // Older contracts have no multiplier, so what comes after the token is left alone.
      'function rewardConfig(address comet) view returns (address token)',
      'function claim(address comet, address src, bool shouldAccrue)',
    ],
    account,
  );
  const assetAddress = await comet.read('baseToken');
  return {
    asset: token(assetAddress),
    market: comet,
    shares: comet,
    reward: token(await rewards.read('rewardConfig', cometAddress)),
    supply: (amount) => comet.send('supply', assetAddress, amount),
    claim: () => rewards.send('claim', cometAddress, account, true),
  };
}

function token(address) {
  return new Contract(rpc, address, testTokenAbi, account);
}

/** The market as it is after the latest block, which is that of the supply or of the claim. */
async function observe() {
  const block = await rpc.send('eth_getBlockByNumber', ['latest', false]);
  return {
    block: String(Number(block.number)),
    timestamp: String(Number(block.timestamp)),
    balance: String(await shares.read('balanceOf', account)),
    totalSupply: String(await shares.read('totalSupply')),
  };
}
