// Checks the rollups' own bridges: what they say of a withdrawal's time, what they hold, and that they can be halted.
import assert from 'node:assert/strict';
import { parseEther, ZeroHash } from 'ethers';
import { Contract, zeroAddress } from './contract.mjs';
import { Rpc } from './rpc.mjs';
import { testToken } from './test-token.mjs';

const secondsPerDay = 86_400;
const pausableAbi = ['function paused() view returns (bool)'];
const bridgeAbi = [
  ...pausableAbi,
  'function messenger() view returns (address)',
  'function deposits(address l1Token, address l2Token) view returns (uint256)',
];
const messengerAbi = ['function portal() view returns (address)', 'function PORTAL() view returns (address)'];
const withdrawal =
  '(uint256 nonce, address sender, address target, uint256 value, uint256 gasLimit, bytes data)';
const portalAbi = [
  ...pausableAbi,
  'function proofMaturityDelaySeconds() view returns (uint256)',
  'function disputeGameFinalityDelaySeconds() view returns (uint256)',
  'function respectedGameType() view returns (uint32)',
  'function disputeGameFactory() view returns (address)',
  'function superchainConfig() view returns (address)',
  'function guardian() view returns (address)',
  `function finalizeWithdrawalTransaction(${withdrawal} _tx)`,
  'error CallPaused()',
];
const factoryAbi = ['function gameImpls(uint32) view returns (address)'];
const gameAbi = ['function maxClockDuration() view returns (uint64)'];
const superchainConfigAbi = ['function pause(string _identifier)', 'function unpause()'];
const rollupAbi = [
  ...pausableAbi,
  'function confirmPeriodBlocks() view returns (uint64)',
  'function challengeGracePeriodBlocks() view returns (uint64)',
  'function bridge() view returns (address)',
  'function pause()',
  'function resume()',
];

export async function checkRollupBridges(ethereum, op) {
  await checkOpBridge(ethereum, op);
  await checkArbitrumRollup(ethereum);
}

async function checkOpBridge(ethereum, op) {
  const { url, accounts, contracts, tokens } = ethereum;
  const rpc = new Rpc(url);
  const at = (address, abi) => new Contract(rpc, address, abi, accounts[5]);
  const bridge = at(contracts.opL1StandardBridge, bridgeAbi);
  const messenger = at(await bridge.read('messenger'), messengerAbi);
  const portal = at(await messenger.read('portal'), portalAbi);
  assert.equal(portal.address, contracts.opPortal);
  assert.equal(await messenger.read('PORTAL'), contracts.opPortal);

  const factory = at(await portal.read('disputeGameFactory'), factoryAbi);
  const game = at(await factory.read('gameImpls', await portal.read('respectedGameType')), gameAbi);
  const maturity = Number(await portal.read('proofMaturityDelaySeconds'));
  const finality = Number(await portal.read('disputeGameFinalityDelaySeconds'));
  const clock = Number(await game.read('maxClockDuration'));
  assert.deepEqual([maturity, finality, clock], [7, 3.5, 3.5].map((days) => days * secondsPerDay));

  assert.equal(BigInt(await rpc.send('eth_getBalance', [portal.address, 'latest'])), parseEther('500'));
  const escrow = await bridge.read('deposits', tokens.USDC.address, op.tokens.USDC.address);
  assert.equal(escrow, 1_500_000_000_000n);
  assert.equal(await testToken(ethereum, 'USDC').read('balanceOf', bridge.address), escrow);

  assert.equal(await portal.read('superchainConfig'), contracts.opSuperchainConfig);
  assert.equal(await portal.read('guardian'), contracts.opGuardian);
  const finalize = () =>
    portal.send('finalizeWithdrawalTransaction', [0, zeroAddress, zeroAddress, 0, 0, ZeroHash]);
  await assert.rejects(finalize(), /has not been proven/);
  const anybody = at(contracts.opSuperchainConfig, superchainConfigAbi);
  await assert.rejects(anybody.send('pause', 'check'), /only guardian can pause/);
  const guardian = anybody.as(contracts.opGuardian);
  await guardian.send('pause', 'check');
  assert.deepEqual([await portal.read('paused'), await bridge.read('paused')], [true, true]);
  await assert.rejects(finalize(), /CallPaused/);
  await guardian.send('unpause');
  assert.deepEqual([await portal.read('paused'), await bridge.read('paused')], [false, false]);
  console.log(`OP's bridge: a proof matures ${maturity} s, a game takes ${clock} s and its result ${finality} s`);
}

async function checkArbitrumRollup({ url, accounts, contracts }) {
  const rpc = new Rpc(url);
  const rollup = new Contract(rpc, contracts.arbitrumRollup, rollupAbi, accounts[5]);
  const confirmation = await rollup.read('confirmPeriodBlocks');
  const grace = await rollup.read('challengeGracePeriodBlocks');
  assert.deepEqual([confirmation, grace], [45_818n, 14_400n]);
  assert.equal(await rollup.read('bridge'), contracts.arbitrumBridge);
  assert.equal(BigInt(await rpc.send('eth_getBalance', [contracts.arbitrumBridge, 'latest'])), parseEther('800'));

  await assert.rejects(rollup.send('pause'));
  const owner = rollup.as(contracts.arbitrumRollupOwner);
  await owner.send('pause');
  assert.equal(await rollup.read('paused'), true);
  await owner.send('resume');
  assert.equal(await rollup.read('paused'), false);
  console.log(`Arbitrum's rollup: confirms after ${confirmation} blocks, after a challenge ${grace} more`);
}
