import { parseEther, ZeroHash } from 'ethers';
import { Contract, deploy, maxUint256, zeroAddress } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const packageRoot = '@eth-optimism/contracts-bedrock/forge-artifacts';

// The values of OP Mainnet, delays in seconds.
const proofMaturityDelay = 604_800;
const gameFinalityDelay = 302_400;
const game = { type: 0, maxDepth: 73, splitDepth: 30, clockExtension: 10_800, maxClockDuration: 302_400 };
const gasLimit = 60_000_000;
const resourceConfig = {
  maxResourceLimit: 20_000_000,
  elasticityMultiplier: 10,
  baseFeeMaxChangeDenominator: 8,
  minimumBaseFee: 1_000_000_000,
  systemTxMaxGas: 1_000_000,
  maximumBaseFee: (1n << 128n) - 1n,
};

const depositGas = 200_000;
const proxied = [
  'SuperchainConfig',
  'DisputeGameFactory',
  'SystemConfig',
  'OptimismPortal2',
  'L1CrossDomainMessenger',
  'L1StandardBridge',
];

/**
 * The side of OP Mainnet's own bridge that is on Ethereum: it says how long a withdrawal takes and whether all are
 * halted. The game has no machine and no anchor, so nobody can play it and no withdrawal can be proved. Deposits are
 * whole tokens and ether.
 */
export async function deployOpBridge({ rpc, accounts }, token, remoteToken, l2ChainId, deposits) {
  const owner = accounts.deployer;
  const create = (name, args) => deploy(rpc, owner, packagedArtifact(`${packageRoot}/${name}.sol/${name}`), args);
  // They know each other, so all addresses come first.
  const proxies = {};
  for (const name of proxied) {
    proxies[name] = await create('Proxy', [owner]);
  }
  const addressOf = (name) => proxies[name].address;
  const install = async (name, args, initialArgs) => {
    const code = await create(name, args);
    const initialise = code.interface.encodeFunctionData('initialize', initialArgs);
    await proxies[name].send('upgradeToAndCall', code.address, initialise);
    return new Contract(rpc, addressOf(name), code.interface, owner);
  };

  const superchainConfig = await install('SuperchainConfig', [], [owner, false]);
  const factory = await install('DisputeGameFactory', [], [owner]);
  const implementation = await create('FaultDisputeGame', [
    game.type,
    ZeroHash,
    game.maxDepth,
    game.splitDepth,
    game.clockExtension,
    game.maxClockDuration,
    zeroAddress,
    zeroAddress,
    zeroAddress,
    l2ChainId,
  ]);
  await factory.send('setImplementation', game.type, implementation.address);
  const l1Addresses = {
    l1CrossDomainMessenger: addressOf('L1CrossDomainMessenger'),
    l1ERC721Bridge: zeroAddress,
    l1StandardBridge: addressOf('L1StandardBridge'),
    disputeGameFactory: factory.address,
    optimismPortal: addressOf('OptimismPortal2'),
    optimismMintableERC20Factory: zeroAddress,
    gasPayingToken: zeroAddress,
  };
  const systemConfig = await install(
    'SystemConfig',
    [],
    [owner, 0, 0, ZeroHash, gasLimit, owner, resourceConfig, owner, l1Addresses],
  );
  const portal = await install(
    'OptimismPortal2',
    [proofMaturityDelay, gameFinalityDelay],
    [factory.address, systemConfig.address, superchainConfig.address, game.type],
  );
  const messenger = await install(
    'L1CrossDomainMessenger',
    [],
    [superchainConfig.address, portal.address, systemConfig.address],
  );
  const bridge = await install(
    'L1StandardBridge',
    [],
    [messenger.address, superchainConfig.address, systemConfig.address],
  );

  const depositor = bridge.as(accounts.lender);
  await depositor.pay(parseEther(String(deposits.ether)), 'bridgeETH', depositGas, '0x');
  await token.mint(accounts.lender, deposits.token);
  await token.as(accounts.lender).send('approve', bridge.address, maxUint256);
  const amount = token.units(deposits.token);
  await depositor.send('bridgeERC20', token.address, remoteToken, amount, depositGas, '0x');
  return {
    opL1StandardBridge: bridge.address,
    opPortal: portal.address,
    opSuperchainConfig: superchainConfig.address,
    opGuardian: owner,
  };
}
