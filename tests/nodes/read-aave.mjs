// Prints what ethers reads of one Aave reserve at one block, for tests that hold another reader against it.
// Usage: node read-aave.mjs URL BLOCK POOL DATA_PROVIDER ASSET
import { Contract, JsonRpcProvider } from 'ethers';

const [url, block, pool, dataProvider, asset] = process.argv.slice(2);
const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
const at = { blockTag: Number(block) };
const poolContract = new Contract(pool, ['function getVirtualUnderlyingBalance(address) view returns (uint128)'], provider);
const data = new Contract(
  dataProvider,
  [
    'function getReserveData(address) view returns (uint256 unbacked, uint256 accruedToTreasuryScaled, uint256 totalAToken, uint256 totalStableDebt, uint256 totalVariableDebt, uint256 liquidityRate, uint256 variableBorrowRate, uint256 stableBorrowRate, uint256 averageStableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex, uint40 lastUpdateTimestamp)',
    'function getReserveConfigurationData(address) view returns (uint256 decimals, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus, uint256 reserveFactor, bool usageAsCollateralEnabled, bool borrowingEnabled, bool stableBorrowRateEnabled, bool isActive, bool isFrozen)',
    'function getReserveCaps(address) view returns (uint256 borrowCap, uint256 supplyCap)',
    'function getInterestRateStrategyAddress(address) view returns (address)',
  ],
  provider,
);
const reserve = await data.getReserveData(asset, at);
const configuration = await data.getReserveConfigurationData(asset, at);
const caps = await data.getReserveCaps(asset, at);
const strategy = new Contract(
  await data.getInterestRateStrategyAddress(asset, at),
  ['function getInterestRateDataBps(address) view returns (tuple(uint16 optimalUsageRatio, uint32 baseVariableBorrowRate, uint32 variableRateSlope1, uint32 variableRateSlope2))'],
  provider,
);
const rates = await strategy.getInterestRateDataBps(asset, at);
console.log(
  JSON.stringify({
    available: String(await poolContract.getVirtualUnderlyingBalance(asset, at)),
    debt: String(reserve.totalVariableDebt),
    totalAToken: String(reserve.totalAToken),
    accrued: String((reserve.accruedToTreasuryScaled * reserve.liquidityIndex) / 10n ** 27n),
    liquidityRate: String(reserve.liquidityRate),
    reserveFactor: Number(configuration.reserveFactor),
    isFrozen: configuration.isFrozen,
    supplyCap: String(caps.supplyCap),
    optimal: Number(rates.optimalUsageRatio),
    base: Number(rates.baseVariableBorrowRate),
    slope1: Number(rates.variableRateSlope1),
    slope2: Number(rates.variableRateSlope2),
  }),
);
