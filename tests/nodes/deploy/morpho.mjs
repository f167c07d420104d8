import { AbiCoder, keccak256, parseUnits } from 'ethers';
import { deploy, maxUint256 } from '../lib/contract.mjs';
import { depositIntoVault } from './vaults.mjs';

const secondsPerDay = 86_400;
const liquidationLoanToValue = parseUnits('0.86', 18);

/**
 * Morpho Blue with its adaptive rate model and one market, which lends the loan token against the collateral,
 * and a MetaMorpho vault that supplies to that market. Sizes are whole tokens.
 */
export async function deployMorpho(context, { loan, collateral, loanFeed, collateralFeed }, sizes) {
  const { rpc, accounts, artifacts } = context;
  const owner = accounts.deployer;
  const morpho = await deploy(rpc, owner, artifacts.morpho.Morpho, [owner]);
  const rateModel = await deploy(rpc, owner, artifacts.morpho.AdaptiveCurveIrm, [morpho.address]);
  const oracle = await deploy(rpc, owner, artifacts.own.MorphoFeedOracle, [
    collateralFeed.address,
    collateral.decimals,
    loanFeed.address,
    loan.decimals,
  ]);
  await morpho.send('enableIrm', rateModel.address);
  await morpho.send('enableLltv', liquidationLoanToValue);

  const market = {
    loanToken: loan.address,
    collateralToken: collateral.address,
    oracle: oracle.address,
    irm: rateModel.address,
    lltv: liquidationLoanToValue,
  };
  await morpho.send('createMarket', market);
  const vault = await deployVault(context, morpho, market, loan, sizes);

  await loan.mint(accounts.lender, sizes.supplied);
  await loan.as(accounts.lender).send('approve', morpho.address, maxUint256);
  await morpho.as(accounts.lender).send('supply', market, loan.units(sizes.supplied), 0, accounts.lender, '0x');

  await collateral.mint(accounts.borrower, sizes.collateral);
  await collateral.as(accounts.borrower).send('approve', morpho.address, maxUint256);
  const borrower = morpho.as(accounts.borrower);
  await borrower.send('supplyCollateral', market, collateral.units(sizes.collateral), accounts.borrower, '0x');
  const borrowed = loan.units(sizes.borrowed);
  await borrower.send('borrow', market, borrowed, 0, accounts.borrower, accounts.borrower);

  return { morpho, rateModel, market, vault };
}

async function deployVault({ rpc, accounts, artifacts }, morpho, market, loan, sizes) {
  const owner = accounts.deployer;
  const vault = await deploy(rpc, owner, artifacts.morpho.MetaMorpho, [
    owner,
    morpho.address,
    secondsPerDay,
    loan.address,
    `MetaMorpho ${loan.symbol}`,
    `mm${loan.symbol}`,
  ]);
  // A new cap takes effect after the vault's timelock, which is at least a day.
  await vault.send('submitCap', market, loan.units(sizes.vaultCap));
  await rpc.advanceTime(secondsPerDay + 1);
  await rpc.mine();
  await vault.send('acceptCap', market);
  await vault.send('setSupplyQueue', [marketId(market)]);
  await vault.send('setFeeRecipient', owner);
  await vault.send('setFee', parseUnits('0.1', 18));
  await depositIntoVault(vault, loan, sizes.vaultDeposit, accounts.lender);
  return vault;
}

/** Morpho's key of a market: the hash of its five parameters. */
function marketId(market) {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ['address', 'address', 'address', 'address', 'uint256'],
      [market.loanToken, market.collateralToken, market.oracle, market.irm, market.lltv],
    ),
  );
}

export async function touchMorpho({ morpho, market }) {
  await morpho.send('accrueInterest', market);
}

export function describeMorpho({ morpho, rateModel, market, vault }) {
  return {
    morpho: morpho.address,
    morphoIrm: rateModel.address,
    morphoMarketUsdcId: marketId(market),
    metaMorphoUsdc: vault.address,
  };
}
