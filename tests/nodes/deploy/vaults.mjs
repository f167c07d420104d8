import { deploy, maxUint256 } from '../lib/contract.mjs';

export async function deploySteadyVault({ rpc, accounts, artifacts }, token, initialDeposit) {
  const args = [token.address, `Steady ${token.symbol}`, `steady${token.symbol}`];
  const vault = await deploy(rpc, accounts.deployer, artifacts.own.SteadyVault, args);
  await depositIntoVault(vault, token, initialDeposit, accounts.lender);
  return vault;
}

/** Mints the amount to the account and deposits it into an ERC-4626 vault. */
export async function depositIntoVault(vault, token, amount, account) {
  await token.mint(account, amount);
  await token.as(account).send('approve', vault.address, maxUint256);
  await vault.as(account).send('deposit', token.units(amount), account);
}
