import { id } from 'ethers';
import { Contract, deploy, maxUint256 } from '../lib/contract.mjs';

// What a market's provider of addresses calls the controller.
const controllerId = id('INCENTIVES_CONTROLLER');
const secondsPerYear = 31_536_000n;
const vaultAmount = 1_000_000;

/** Aave's controller of rewards behind the provider's proxy, and the manager that may configure it. */
export async function deployRewardsController({ rpc, accounts, artifacts }, provider) {
  const { aave } = artifacts;
  const owner = accounts.deployer;
  const manager = await deploy(rpc, owner, aave.EmissionManager, [owner]);
  const code = await deploy(rpc, owner, aave.RewardsController, [manager.address]);
  await provider.send('setAddressAsProxy', controllerId, code.address);
  const address = await provider.read('getAddress', controllerId);
  await manager.send('setRewardsController', address);
  return { manager, controller: new Contract(rpc, address, aave.RewardsController.abi, owner) };
}

/**
 * Begins to pay the reward to suppliers, from the owner's account.
 *
 * Each emission: { asset, amount, end }. The amount is what all suppliers of the asset share in a year, in whole tokens;
 * the end is a time in seconds.
 */
export async function startEmissions({ rpc, accounts, artifacts }, { pool, rewards }, reward, feed, emissions) {
  const { manager, controller } = rewards;
  const owner = accounts.deployer;
  const strategyArguments = [controller.address, owner, owner];
  const strategy = await deploy(rpc, owner, artifacts.aave.PullRewardsTransferStrategy, strategyArguments);
  await reward.mint(owner, vaultAmount);
  await reward.send('approve', strategy.address, maxUint256);

  await manager.send('setEmissionAdmin', reward.address, owner);
  const configurations = emissions.map(async ({ asset, amount, end }) => ({
    emissionPerSecond: reward.units(amount) / secondsPerYear,
    // The controller reads it itself.
    totalSupply: 0,
    distributionEnd: end,
    asset: await pool.read('getReserveAToken', asset.address),
    reward: reward.address,
    transferStrategy: strategy.address,
    rewardOracle: feed.address,
  }));
  await manager.send('configureAssets', await Promise.all(configurations));
}
