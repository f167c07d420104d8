// What is compiled: each unit is one run of the compiler and one file in the cache.

const aaveRoot = '@aave-dao/aave-v3-origin/src/contracts';
// Morpho publishes only Morpho.sol to npm. This package has the sources of all three contracts,
// adapted to a newer compiler.
const morphoRoot = 'sphere-mezo-solidity-files/domains';

export const units = {
  own: {
    name: 'own',
    compiler: 'solc',
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 200 } },
    roots: [
      'contracts/TestToken.sol',
      'contracts/WrappedEther.sol',
      'contracts/PriceFeed.sol',
      'contracts/SteadyVault.sol',
      'contracts/ArbitrumStandIns.sol',
      'contracts/CctpStandIns.sol',
      'contracts/CometStandIn.sol',
      'contracts/CometRewardsStandIn.sol',
      'contracts/EtherFiStandIns.sol',
      'contracts/LidoStandIns.sol',
      'contracts/MorphoFeedOracle.sol',
      '@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol',
    ],
  },
  aave: {
    name: 'aave',
    compiler: 'solc',
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 200 } },
    // Aave's sources use the paths of Foundry's submodules.
    remappings: [
      {
        prefix: 'openzeppelin-contracts-upgradeable/contracts/',
        target: '@openzeppelin/contracts-upgradeable/',
      },
      { prefix: 'openzeppelin-contracts/contracts/', target: '@openzeppelin/contracts/' },
      { prefix: 'solidity-utils/', target: '@bgd-labs/solidity-utils/src/' },
    ],
    roots: [
      'extensions/stata-token/StataTokenV2',
      'helpers/AaveProtocolDataProvider',
      'instances/ATokenInstance',
      'instances/PoolConfiguratorInstance',
      'instances/PoolInstance',
      'instances/VariableDebtTokenInstance',
      'misc/AaveOracle',
      'misc/DefaultReserveInterestRateStrategyV2',
      'protocol/configuration/ACLManager',
      'protocol/configuration/PoolAddressesProvider',
      'protocol/libraries/logic/BorrowLogic',
      'protocol/libraries/logic/ConfiguratorLogic',
      'protocol/libraries/logic/FlashLoanLogic',
      'protocol/libraries/logic/LiquidationLogic',
      'protocol/libraries/logic/PoolLogic',
      'protocol/libraries/logic/SupplyLogic',
      'rewards/EmissionManager',
      'rewards/RewardsController',
      'rewards/transfer-strategies/PullRewardsTransferStrategy',
    ].map((file) => `${aaveRoot}/${file}.sol`),
  },
  morpho: {
    name: 'morpho',
    compiler: 'solc',
    // Few runs: MetaMorpho would otherwise exceed the size limit of a contract.
    settings: { evmVersion: 'cancun', optimizer: { enabled: true, runs: 1 } },
    roots: [
      'morpho/contracts/Morpho.sol',
      'morphoIrm/contracts/AdaptiveCurveIrm.sol',
      'metamorpho/contracts/MetaMorpho.sol',
    ].map((file) => `${morphoRoot}/${file}`),
  },
};
