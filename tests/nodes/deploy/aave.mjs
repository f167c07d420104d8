import { AbiCoder } from 'ethers';
import { Contract, deploy, maxUint256, zeroAddress } from '../lib/contract.mjs';
import { deployRewardsController } from './aave-rewards.mjs';
import { depositIntoVault } from './vaults.mjs';

const variableRateMode = 2;
// Each library needs those before it.
const libraryNames = [
  'BorrowLogic',
  'SupplyLogic',
  'LiquidationLogic',
  'PoolLogic',
  'ConfiguratorLogic',
  'FlashLoanLogic',
];

/**
 * Deploys a whole Aave v3 market and lets the lender supply and the borrower borrow.
 *
 * Each reserve: { symbol, supplied, borrowed, collateral, ltv, liquidationThreshold, reserveFactor, rates,
 * supplyCap, borrowCap }. Amounts and caps are whole tokens, ratios and rates basis points;
 * collateral is what the borrower supplies. rates: [optimal usage, base, slope below, slope above].
 *
 * A market with rewards has a controller of them, which its tokens can only get when they are created.
 */
export async function deployAaveMarket(context, tokens, feeds, reserves, { withRewards = false } = {}) {
  const market = await deployContracts(context, tokens, feeds, withRewards);
  await listReserves(market, tokens, reserves);
  await supplyAndBorrow(context, market, tokens, reserves);
  return market;
}

export function describeAaveMarket(market) {
  return {
    pool: market.pool.address,
    poolAddressesProvider: market.provider.address,
    dataProvider: market.dataProvider.address,
    oracle: market.oracle.address,
  };
}

async function deployContracts(context, tokens, feeds, withRewards) {
  const { rpc, accounts, artifacts } = context;
  const { aave } = artifacts;
  const owner = accounts.deployer;
  const create = (name, args, libraries) => deploy(rpc, owner, aave[name], args, libraries);

  const libraries = {};
  for (const name of libraryNames) {
    libraries[name] = (await create(name, [], libraries)).address;
  }

  const provider = await create('PoolAddressesProvider', ['Local market', owner]);
  await provider.send('setACLAdmin', owner);
  const accessControl = await create('ACLManager', [provider.address]);
  await provider.send('setACLManager', accessControl.address);
  for (const method of ['addPoolAdmin', 'addAssetListingAdmin', 'addRiskAdmin']) {
    await accessControl.send(method, owner);
  }

  // The provider puts its own proxies in front of the pool and its configurator.
  const rateStrategy = await create('DefaultReserveInterestRateStrategyV2', [provider.address]);
  const poolCode = await create('PoolInstance', [provider.address, rateStrategy.address], libraries);
  await provider.send('setPoolImpl', poolCode.address);
  const pool = new Contract(rpc, await provider.read('getPool'), aave.PoolInstance.abi, owner);
  const configuratorCode = await create('PoolConfiguratorInstance', [], libraries);
  await provider.send('setPoolConfiguratorImpl', configuratorCode.address);
  const configurator = new Contract(
    rpc,
    await provider.read('getPoolConfigurator'),
    aave.PoolConfiguratorInstance.abi,
    owner,
  );

  const dataProvider = await create('AaveProtocolDataProvider', [provider.address]);
  await provider.send('setPoolDataProvider', dataProvider.address);
  const symbols = Object.keys(tokens);
  const oracle = await create('AaveOracle', [
    provider.address,
    symbols.map((symbol) => tokens[symbol].address),
    symbols.map((symbol) => feeds[symbol].address),
    zeroAddress,
    zeroAddress,
    10n ** 8n,
  ]);
  await provider.send('setPriceOracle', oracle.address);

  const rewards = withRewards ? await deployRewardsController(context, provider) : undefined;
  const rewardsController = rewards?.controller.address ?? zeroAddress;
  const aToken = await create('ATokenInstance', [pool.address, rewardsController, owner]);
  const debtToken = await create('VariableDebtTokenInstance', [pool.address, rewardsController]);
  return { provider, pool, configurator, dataProvider, oracle, rewards, aToken, debtToken };
}

async function listReserves(market, tokens, reserves) {
  const { configurator } = market;
  const encodeRates = (rates) =>
    AbiCoder.defaultAbiCoder().encode(['uint16', 'uint32', 'uint32', 'uint32'], rates);
  await configurator.send(
    'initReserves',
    reserves.map(({ symbol, rates }) => ({
      aTokenImpl: market.aToken.address,
      variableDebtTokenImpl: market.debtToken.address,
      underlyingAsset: tokens[symbol].address,
      aTokenName: `Aave ${symbol}`,
      aTokenSymbol: `a${symbol}`,
      variableDebtTokenName: `Aave Variable Debt ${symbol}`,
      variableDebtTokenSymbol: `variableDebt${symbol}`,
      params: '0x',
      interestRateData: encodeRates(rates),
    })),
  );

  for (const reserve of reserves) {
    const asset = tokens[reserve.symbol].address;
    const liquidationBonus = 10_500;
    await configurator.send(
      'configureReserveAsCollateral',
      asset,
      reserve.ltv,
      reserve.liquidationThreshold,
      liquidationBonus,
    );
    await configurator.send('setReserveBorrowing', asset, true);
    await configurator.send('setReserveFactor', asset, reserve.reserveFactor);
    if (reserve.supplyCap) {
      await configurator.send('setSupplyCap', asset, reserve.supplyCap);
    }
    if (reserve.borrowCap) {
      await configurator.send('setBorrowCap', asset, reserve.borrowCap);
    }
  }
}

async function supplyAndBorrow({ accounts }, { pool }, tokens, reserves) {
  const supply = async (token, amount, account) => {
    await token.mint(account, amount);
    await token.as(account).send('approve', pool.address, maxUint256);
    await pool.as(account).send('supply', token.address, token.units(amount), account, 0);
  };
  for (const { symbol, supplied, collateral } of reserves) {
    await supply(tokens[symbol], supplied, accounts.lender);
    if (collateral) {
      await supply(tokens[symbol], collateral, accounts.borrower);
    }
  }
  const borrower = pool.as(accounts.borrower);
  for (const { symbol, borrowed } of reserves) {
    const token = tokens[symbol];
    await borrower.send(
      'borrow',
      token.address,
      token.units(borrowed),
      variableRateMode,
      0,
      accounts.borrower,
    );
  }
}

/** A small supply to each reserve, which makes the pool accrue interest up to the present block. */
export async function touchAaveMarket({ accounts }, { pool }, tokens, reserves) {
  for (const { symbol } of reserves) {
    const token = tokens[symbol];
    const amount = token.units(1) / 1_000n;
    await token.send('mint', accounts.lender, amount);
    await pool.as(accounts.lender).send('supply', token.address, amount, accounts.lender, 0);
  }
}

/** A frozen reserve takes no new supply or debt; a touch would fail, so this comes last. */
export async function freezeReserve({ configurator }, token) {
  await configurator.send('setReserveFreeze', token.address, true);
}

/** Aave's own ERC-4626 wrapper of an aToken. */
export async function deployStataToken({ rpc, accounts, artifacts }, { pool, rewards }, token, initialDeposit) {
  const { aave, own } = artifacts;
  const owner = accounts.deployer;
  const code = await deploy(rpc, owner, aave.StataTokenV2, [pool.address, rewards.controller.address]);
  const aToken = await pool.read('getReserveAToken', token.address);
  const initialise = code.interface.encodeFunctionData('initialize', [
    aToken,
    `Wrapped Aave ${token.symbol}`,
    `wa${token.symbol}`,
  ]);
  const proxy = await deploy(rpc, owner, own.ERC1967Proxy, [code.address, initialise]);
  const stata = new Contract(rpc, proxy.address, aave.StataTokenV2.abi, owner);
  await depositIntoVault(stata, token, initialDeposit, accounts.lender);
  return stata;
}
