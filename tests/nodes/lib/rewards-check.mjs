// Checks the rewards of Aave and of the stand-in for Compound: what is claimed must be what the contracts announce.
import assert from 'node:assert/strict';
import { Contract } from './contract.mjs';
import { Rpc } from './rpc.mjs';
import { runScript } from './run-script.mjs';

const secondsPerYear = 31_536_000;
const days = 20;
const supplied = 100_000;
const feedAbi = ['function latestAnswer() view returns (int256)'];
const feedScale = 1e8;

export async function checkRewards(chain) {
  await checkAave(chain);
  await checkComet(chain);
}

async function checkAave({ url, contracts, tokens }) {
  const rpc = new Rpc(url);
  const pool = new Contract(rpc, contracts.pool, ['function getReserveAToken(address) view returns (address)']);
  const controller = new Contract(rpc, contracts.rewardsController, [
    'function getRewardsByAsset(address) view returns (address[])',
    'function getRewardsData(address, address) view returns (uint256 index, uint256 emissionPerSecond, uint256 lastUpdateTimestamp, uint256 distributionEnd)',
    'function getRewardOracle(address) view returns (address)',
  ]);
  const reward = contracts.aaveRewardToken;
  assert.equal(await controller.read('getRewardOracle', reward), contracts.feedAave);
  const dataOf = async ({ address }) => {
    const aToken = new Contract(rpc, await pool.read('getReserveAToken', address), [
      'function getIncentivesController() view returns (address)',
    ]);
    assert.equal(await aToken.read('getIncentivesController'), controller.address);
    assert.deepEqual([...(await controller.read('getRewardsByAsset', aToken.address))], [reward]);
    return controller.read('getRewardsData', aToken.address, reward);
  };

  const now = await rpc.timestamp();
  const running = await dataOf(tokens.USDC);
  assert.ok(Math.abs(Number(running.distributionEnd) - now - 2 * secondsPerYear) < 3_600);
  const claim = (asset, amount) =>
    rpc.undone(() => runScript('claim-rewards.mjs', url, 'aave', pool.address, asset.address, amount, days));
  const perSecond = Number(running.emissionPerSecond);
  await checkClaim(await claim(tokens.USDC, supplied), perSecond, await priceOf(rpc, contracts.feedAave), 'Aave');

  const ended = await dataOf(tokens.WETH);
  assert.ok(ended.emissionPerSecond > 0n && ended.index > 0n && Number(ended.distributionEnd) < now);
  assert.equal((await claim(tokens.WETH, 10)).received, '0');
}

async function checkComet({ url, accounts, contracts }) {
  const rpc = new Rpc(url);
  const comet = new Contract(rpc, contracts.cometUsdc, [
    'function baseTrackingSupplySpeed() view returns (uint256)',
    'function baseTrackingBorrowSpeed() view returns (uint256)',
    'function trackingIndexScale() view returns (uint256)',
    'function baseMinForRewards() view returns (uint256)',
    'function totalsBasic() view returns ((uint64 baseSupplyIndex, uint64 baseBorrowIndex, uint64 trackingSupplyIndex, uint64 trackingBorrowIndex, uint104 totalSupplyBase, uint104 totalBorrowBase, uint40 lastAccrualTime, uint8 pauseFlags))',
  ]);
  const rewards = new Contract(rpc, contracts.cometRewards, [
    'function rewardConfig(address) view returns (address token, uint64 rescaleFactor, bool shouldUpscale, uint256 multiplier)',
    'function getRewardOwed(address, address) returns ((address token, uint256 owed))',
    'function claim(address, address, bool)',
    'error NotSupported(address)',
  ]);
  const config = await rewards.read('rewardConfig', comet.address);
  assert.deepEqual([...config], [contracts.compToken, 10n ** 12n, true, 10n ** 18n]);
  await assert.rejects(rewards.read('getRewardOwed', rewards.address, accounts[0]), /NotSupported/);

  const { totalSupplyBase, trackingSupplyIndex } = await comet.read('totalsBasic');
  assert.ok(totalSupplyBase > (await comet.read('baseMinForRewards')) && trackingSupplyIndex > 0n);
  const scale = Number(await comet.read('trackingIndexScale')) / 1e18;
  const perSecond = Number(await comet.read('baseTrackingSupplySpeed')) / scale;
  const claimed = await rpc.undone(() =>
    runScript('claim-rewards.mjs', url, 'comet', comet.address, rewards.address, supplied, days),
  );
  await checkClaim(claimed, perSecond, await priceOf(rpc, contracts.feedComp), 'Comet');

  // One account borrows and one supplies all, so they are owed everything since the market began.
  const [borrower, lender] = accounts.slice(-3);
  const owed = await Promise.all(
    [lender, borrower].map((account) => rewards.read('getRewardOwed', comet.address, account)),
  );
  const speeds = [await comet.read('baseTrackingSupplySpeed'), await comet.read('baseTrackingBorrowSpeed')];
  const [ofLender, ofBorrower] = owed.map(({ owed: amount }) => Number(amount));
  assertNear(ofLender / ofBorrower, Number(speeds[0]) / Number(speeds[1]));
}

/** All suppliers share what is emitted; balances grow, but the shares stay the same. */
async function checkClaim({ supplied: amount, received, start, end }, perSecond, price, name) {
  const seconds = end.timestamp - start.timestamp;
  const share = Number(start.balance) / Number(start.totalSupply);
  assertNear(Number(received), perSecond * seconds * share);
  assertNear(share, Number(end.balance) / Number(end.totalSupply));
  const yearly = ((Number(received) / 1e18) * price * (secondsPerYear / seconds)) / (Number(amount) / 1e6);
  console.log(`${name}: rewards of ${(yearly * 100).toFixed(3)} % a year to suppliers of USDC`);
}

async function priceOf(rpc, feed) {
  return Number(await new Contract(rpc, feed, feedAbi).read('latestAnswer')) / feedScale;
}

function assertNear(actual, expected) {
  assert.ok(Math.abs(actual / expected - 1) < 1e-5, `${actual} is not ${expected}`);
}
