// Writes the functions that a treasury calls and the events that tell what became of them, each as the ABI in an npm
// package has it. The packages are fetched with npm into a folder of their own, without what they depend on, and none of
// their code runs: installed, they would take a gigabyte. Selectors and topics are computed by ethers and by viem, which
// must agree.
// Usage: node contract-abis.mjs FILE [FOLDER]   (a folder keeps the packages for the next time)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import vm from 'node:vm';
import { Interface } from 'ethers';
import { toEventSelector, toFunctionSelector } from 'viem';
import { agreed, writeVectors } from './lib/vector-file.mjs';

const openZeppelin = '@openzeppelin/contracts@5.7.0';
const aave = '@aave/core-v3@1.19.3';
const migration = '@morpho-org/migration-sdk-viem@3.0.3';
const uniswap = '@uniswap/v3-periphery@1.4.4';
const lido = '@lidofinance/lido-ethereum-sdk@4.9.0';
const circle = '@circle-fin/adapter-viem-v2@1.18.0';
const safe = '@safe-global/safe-contracts@1.4.1';
const layerZero = '@layerzerolabs/lz-evm-protocol-v2@2.0.11';
const paraswap = '@paraswap/dex-lib@5.0.6';
const optimism = '@eth-optimism/contracts-bedrock@0.17.3';
const nitro = '@arbitrum/nitro-contracts@3.2.0';

// Where an ABI is part of a program, `variable` is what it is called there.
const contracts = [
  {
    contract: 'ERC20',
    source: openZeppelin,
    file: 'build/contracts/ERC20.json',
    functions: ['approve', 'transfer', 'balanceOf', 'allowance'],
  },
  {
    contract: 'WETH9',
    source: 'canonical-weth@1.4.0',
    file: 'build/contracts/WETH9.json',
    functions: ['deposit', 'withdraw'],
  },
  {
    contract: 'Aave v3 Pool',
    source: aave,
    file: 'artifacts/contracts/protocol/pool/Pool.sol/Pool.json',
    functions: ['supply', 'withdraw'],
  },
  {
    contract: 'Aave v3 AToken',
    source: aave,
    file: 'artifacts/contracts/protocol/tokenization/AToken.sol/AToken.json',
    functions: ['getIncentivesController'],
  },
  {
    contract: 'Aave v3 RewardsController',
    source: '@aave/periphery-v3@3.0.1',
    file: 'artifacts/contracts/rewards/RewardsController.sol/RewardsController.json',
    functions: [
      'getRewardsByAsset',
      'getRewardsData',
      'getRewardOracle',
      'getRewardsList',
      'getUserRewards',
      'claimRewards',
      'claimAllRewards',
    ],
    events: ['RewardsClaimed'],
  },
  {
    contract: 'Comet',
    source: migration,
    file: 'lib/esm/abis/compoundV3.js',
    variable: 'cometAbi',
    functions: [
      'supply',
      'withdraw',
      'accrueAccount',
      'baseTrackingSupplySpeed',
      'baseTrackingBorrowSpeed',
      'trackingIndexScale',
      'baseMinForRewards',
      'userBasic',
    ],
  },
  {
    // Comet answers these too, and passes them on.
    contract: 'Comet extension',
    source: migration,
    file: 'lib/esm/abis/compoundV3.js',
    variable: 'cometExtAbi',
    functions: ['baseAccrualScale', 'baseTrackingAccrued', 'totalsBasic'],
  },
  {
    contract: 'ERC4626',
    source: openZeppelin,
    file: 'build/contracts/ERC4626.json',
    functions: ['deposit', 'redeem', 'withdraw'],
  },
  {
    contract: 'MetaMorpho',
    source: '@morpho-org/morpho-ts@2.8.0',
    file: 'lib/esm/abis.js',
    variable: 'metaMorphoAbi',
    functions: ['deposit', 'redeem', 'withdraw'],
  },
  {
    contract: 'Lido',
    source: lido,
    file: 'dist/esm/stake/abi/steth.js',
    variable: 'abi',
    functions: ['submit'],
  },
  {
    contract: 'WstETH',
    source: lido,
    file: 'dist/esm/wrap/abi/wsteth.js',
    variable: 'abi',
    functions: ['wrap', 'unwrap'],
  },
  {
    contract: 'Lido WithdrawalQueue',
    source: lido,
    file: 'dist/esm/withdraw/abi/withdrawalQueue.js',
    variable: 'abi',
    // The last two give the hints that claimWithdrawals wants; claimWithdrawal looks for its own.
    functions: [
      'requestWithdrawals',
      'claimWithdrawal',
      'claimWithdrawals',
      'findCheckpointHints',
      'getLastCheckpointIndex',
    ],
    events: ['WithdrawalRequested', 'WithdrawalClaimed'],
  },
  {
    contract: 'ether.fi LiquidityPool',
    source: paraswap,
    file: 'build/abi/etherfi/eETHPool.json',
    functions: ['deposit'],
  },
  {
    contract: 'ether.fi WeETH',
    source: paraswap,
    file: 'build/abi/etherfi/weETH.json',
    functions: ['wrap', 'unwrap'],
  },
  {
    contract: 'RocketDepositPool',
    source: '@reserve-protocol/token-zapper@4.3.13',
    file: 'lib.commonjs/contracts/factories/contracts/IRETHRouter.sol/RocketDepositPoolInterface__factory.js',
    variable: '_abi',
    functions: ['deposit'],
  },
  {
    contract: 'Uniswap v3 SwapRouter',
    source: uniswap,
    file: 'artifacts/contracts/SwapRouter.sol/SwapRouter.json',
    functions: ['exactInputSingle'],
  },
  {
    contract: 'Uniswap v3 NonfungiblePositionManager',
    source: uniswap,
    file: 'artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json',
    functions: ['mint', 'increaseLiquidity', 'decreaseLiquidity', 'collect', 'burn', 'positions'],
    events: ['IncreaseLiquidity', 'DecreaseLiquidity', 'Collect'],
  },
  {
    contract: 'Uniswap v3 Pool',
    source: '@uniswap/v3-core@1.0.1',
    file: 'artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json',
    functions: [
      'slot0',
      'liquidity',
      'feeGrowthGlobal0X128',
      'feeGrowthGlobal1X128',
      'fee',
      'tickSpacing',
      'token0',
      'token1',
      'ticks',
    ],
  },
  {
    contract: 'Uniswap SwapRouter02',
    source: '@uniswap/swap-router-contracts@1.3.1',
    file: 'artifacts/contracts/SwapRouter02.sol/SwapRouter02.json',
    functions: ['exactInputSingle', 'multicall(uint256,bytes[])'],
  },
  {
    contract: 'CCTP TokenMessengerV2',
    source: circle,
    file: 'index.mjs',
    variable: 'tokenMessengerV2Abi',
    functions: ['depositForBurn'],
    events: ['DepositForBurn', 'MintAndWithdraw'],
  },
  {
    contract: 'CCTP MessageTransmitterV2',
    source: circle,
    file: 'index.mjs',
    variable: 'messageTransmitterV2Abi',
    functions: ['receiveMessage', 'usedNonces'],
    events: ['MessageSent', 'MessageReceived'],
  },
  {
    contract: 'StargatePool',
    source: '@stargatefinance/stg-evm-v2@2.0.6',
    file: 'artifacts/src/StargatePool.sol/StargatePool.json',
    functions: ['send', 'quoteSend', 'quoteOFT', 'sendToken', 'retryReceiveToken', 'unreceivedTokens'],
    events: ['OFTSent', 'OFTReceived', 'UnreceivedTokenCached'],
  },
  {
    contract: 'LayerZero EndpointV2',
    source: layerZero,
    file: 'artifacts/contracts/EndpointV2.sol/EndpointV2.json',
    functions: ['lzReceive', 'inboundNonce'],
    events: ['PacketSent', 'PacketDelivered'],
  },
  {
    contract: 'LayerZero SimpleMessageLib',
    source: layerZero,
    file: 'artifacts/contracts/messagelib/SimpleMessageLib.sol/SimpleMessageLib.json',
    functions: ['validatePacket'],
  },
  {
    contract: 'Across SpokePool',
    source: '@across-protocol/contracts@5.0.27',
    file: 'dist/evm/artifacts/Ethereum_SpokePool.sol/Ethereum_SpokePool.json',
    functions: ['depositV3', 'deposit', 'depositNow', 'fillRelay'],
    events: ['FundsDeposited', 'FilledRelay'],
  },
  {
    contract: 'OP L1StandardBridge',
    source: optimism,
    file: 'forge-artifacts/L1StandardBridge.sol/L1StandardBridge.json',
    functions: ['messenger', 'deposits', 'paused'],
  },
  {
    contract: 'OP L1CrossDomainMessenger',
    source: optimism,
    file: 'forge-artifacts/L1CrossDomainMessenger.sol/L1CrossDomainMessenger.json',
    functions: ['portal', 'PORTAL'],
  },
  {
    contract: 'OP OptimismPortal2',
    source: optimism,
    file: 'forge-artifacts/OptimismPortal2.sol/OptimismPortal2.json',
    functions: [
      'proofMaturityDelaySeconds',
      'disputeGameFinalityDelaySeconds',
      'respectedGameType',
      'disputeGameFactory',
      'superchainConfig',
      'guardian',
      'paused',
    ],
  },
  {
    contract: 'OP DisputeGameFactory',
    source: optimism,
    file: 'forge-artifacts/DisputeGameFactory.sol/DisputeGameFactory.json',
    functions: ['gameImpls'],
  },
  {
    contract: 'OP FaultDisputeGame',
    source: optimism,
    file: 'forge-artifacts/FaultDisputeGame.sol/FaultDisputeGame.json',
    functions: ['maxClockDuration'],
  },
  {
    contract: 'OP SuperchainConfig',
    source: optimism,
    file: 'forge-artifacts/SuperchainConfig.sol/SuperchainConfig.json',
    functions: ['guardian', 'paused', 'pause', 'unpause'],
  },
  {
    contract: 'Arbitrum RollupUserLogic',
    source: nitro,
    file: 'build/contracts/src/rollup/RollupUserLogic.sol/RollupUserLogic.json',
    functions: ['confirmPeriodBlocks', 'challengeGracePeriodBlocks', 'bridge', 'paused'],
  },
  {
    // What the rollup is to its owner.
    contract: 'Arbitrum RollupAdminLogic',
    source: nitro,
    file: 'build/contracts/src/rollup/RollupAdminLogic.sol/RollupAdminLogic.json',
    functions: ['pause', 'resume'],
  },
  {
    contract: 'Safe',
    source: safe,
    file: 'build/artifacts/contracts/Safe.sol/Safe.json',
    functions: ['execTransaction', 'getTransactionHash', 'nonce', 'getThreshold'],
    events: ['ExecutionSuccess', 'ExecutionFailure'],
  },
  {
    // Its events have the same topics, but the hash is among their data.
    contract: 'Safe 1.3.0',
    source: '@gnosis.pm/safe-contracts@1.3.0',
    file: 'build/artifacts/contracts/GnosisSafe.sol/GnosisSafe.json',
    functions: ['execTransaction', 'nonce', 'getThreshold'],
    events: ['ExecutionSuccess', 'ExecutionFailure'],
  },
  {
    contract: 'Safe MultiSend',
    source: safe,
    file: 'build/artifacts/contracts/libraries/MultiSend.sol/MultiSend.json',
    functions: ['multiSend'],
  },
  {
    contract: 'Safe MultiSendCallOnly',
    source: safe,
    file: 'build/artifacts/contracts/libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json',
    functions: ['multiSend'],
  },
];

/** The package's files in a folder of their own. */
function fetchPackage(folder, source) {
  const target = path.join(folder, source.replaceAll('/', '+'));
  if (!fs.existsSync(target)) {
    const archive = execFileSync('npm', ['pack', source, '--silent', '--pack-destination', folder], { encoding: 'utf8' });
    const unpacked = fs.mkdtempSync(path.join(folder, 'unpacked-'));
    execFileSync('tar', ['-xzf', path.join(folder, archive.trim()), '-C', unpacked, '--strip-components=1']);
    fs.renameSync(unpacked, target);
  }
  const { name, version } = JSON.parse(fs.readFileSync(path.join(target, 'package.json'), 'utf8'));
  assert.equal(`${name}@${version}`, source);
  return target;
}

function readAbi(directory, { file, variable }) {
  const text = fs.readFileSync(path.join(directory, file), 'utf8');
  if (!variable) {
    const parsed = JSON.parse(text);
    return parsed.abi ?? parsed;
  }
  const start = text.indexOf(`const ${variable} = [`);
  assert.ok(start >= 0, `${file} has no ${variable}`);
  const end = text.indexOf('\n];', start);
  // Only the list itself is evaluated, and not the program around it.
  return vm.runInNewContext(text.slice(text.indexOf('[', start), end + 2));
}

function functionVector({ contract, source, file, variable }, abi, wanted) {
  const fragment = new Interface(abi).getFunction(wanted);
  assert.ok(fragment, `${contract} has no ${wanted}`);
  return {
    contract,
    name: fragment.name,
    signature: fragment.format('sighash'),
    declaration: fragment.format('full'),
    inputs: fragment.inputs.map(parameter),
    outputs: fragment.outputs.map(parameter),
    stateMutability: fragment.stateMutability,
    selector: agreed(
      `the selector of ${wanted}`,
      fragment.selector,
      toFunctionSelector(fragment.format('sighash')),
    ),
    source,
    file: variable ? `${file} (${variable})` : file,
  };
}

function eventVector({ contract, source, file, variable }, abi, wanted) {
  const fragment = new Interface(abi).getEvent(wanted);
  assert.ok(fragment, `${contract} has no ${wanted}`);
  const signature = fragment.format('sighash');
  return {
    contract,
    name: fragment.name,
    signature,
    declaration: fragment.format('full'),
    inputs: fragment.inputs.map((input) => ({ ...parameter(input), indexed: Boolean(input.indexed) })),
    topic: agreed(`the topic of ${wanted}`, fragment.topicHash, toEventSelector(signature)),
    source,
    file: variable ? `${file} (${variable})` : file,
  };
}

/** Type and name; for structs, and lists of them, also their members. */
function parameter({ name, type, baseType, components, arrayChildren }) {
  if (baseType === 'tuple') {
    return { name, type: 'tuple', components: components.map(parameter) };
  }
  if (baseType === 'array' && arrayChildren.baseType === 'tuple') {
    return { name, type: 'tuple[]', components: arrayChildren.components.map(parameter) };
  }
  return { name, type };
}

const [file, folder] = process.argv.slice(2);
if (!file) {
  console.error('Usage: node contract-abis.mjs FILE [FOLDER]');
  process.exit(2);
}
const temporary = folder ?? fs.mkdtempSync(path.join(os.tmpdir(), 'contract-abis-'));
try {
  fs.mkdirSync(temporary, { recursive: true });
  const sections = contracts.map((contract) => {
    const abi = readAbi(fetchPackage(temporary, contract.source), contract);
    return {
      functions: contract.functions.map((wanted) => functionVector(contract, abi, wanted)),
      events: (contract.events ?? []).map((wanted) => eventVector(contract, abi, wanted)),
    };
  });
  writeVectors(file, {
    functions: sections.flatMap(({ functions }) => functions),
    events: sections.flatMap(({ events }) => events),
  });
} finally {
  if (!folder) {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
