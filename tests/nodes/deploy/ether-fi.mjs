import { parseEther } from 'ethers';
import { deploy } from '../lib/contract.mjs';

/** A stand-in for ether.fi; see its source for what is real. Staked and earned are whole ether. */
export async function deployEtherFi({ rpc, accounts, artifacts }, staked, earned) {
  const { LiquidityPoolStandIn, WeEthStandIn } = artifacts.own;
  const pool = await deploy(rpc, accounts.deployer, LiquidityPoolStandIn);
  const weeth = await deploy(rpc, accounts.deployer, WeEthStandIn, [pool.address]);
  await pool.as(accounts.lender).pay(parseEther(String(staked)), 'deposit()');
  const value = `0x${parseEther(String(earned)).toString(16)}`;
  await rpc.transact({ from: accounts.deployer, to: pool.address, value });
  return {
    etherFiLiquidityPool: pool.address,
    eeth: await pool.read('eETH'),
    weeth: weeth.address,
  };
}
