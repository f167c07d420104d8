import { parseEther } from 'ethers';
import { deploy, zeroAddress } from '../lib/contract.mjs';

/** A stand-in for Lido; see its source for what is real. Staked and earned are whole ether. */
export async function deployLido({ rpc, accounts, artifacts }, staked, earned) {
  const { StEthStandIn, WstEthStandIn, WithdrawalQueueStandIn } = artifacts.own;
  const owner = accounts.deployer;
  const steth = await deploy(rpc, owner, StEthStandIn);
  const wsteth = await deploy(rpc, owner, WstEthStandIn, [steth.address]);
  const queue = await deploy(rpc, owner, WithdrawalQueueStandIn, [wsteth.address]);
  await steth.send('setWithdrawalQueue', queue.address);
  await steth.as(accounts.lender).pay(parseEther(String(staked)), 'submit', zeroAddress);
  await steth.pay(parseEther(String(earned)), 'receiveELRewards');
  return { steth, wsteth, queue };
}

/** What the pool earns in these days at this yearly rate, in basis points. */
export async function accrueLido({ steth }, rate, days) {
  const pooled = await steth.read('getTotalPooledEther');
  await steth.pay((pooled * BigInt(rate) * BigInt(days)) / 3_650_000n, 'receiveELRewards');
}

export function describeLido({ steth, wsteth, queue }) {
  return { steth: steth.address, wsteth: wsteth.address, lidoWithdrawalQueue: queue.address };
}
