// Checks the stand-ins for Lido and ether.fi: staking, wrapping, and a withdrawal through Lido's queue.
import assert from 'node:assert/strict';
import { parseEther } from 'ethers';
import { Contract, eventsOf, zeroAddress } from './contract.mjs';
import { Rpc } from './rpc.mjs';

const tokenAbi = [
  'function approve(address spender, uint256 amount) returns (bool)',
  'function balanceOf(address account) view returns (uint256)',
];
const stethAbi = [
  ...tokenAbi,
  'function submit(address _referral) payable returns (uint256)',
  'function getPooledEthByShares(uint256 _sharesAmount) view returns (uint256)',
  'function sharesOf(address _account) view returns (uint256)',
  'event Submitted(address indexed sender, uint256 amount, address referral)',
];
const wstethAbi = [
  ...tokenAbi,
  'function wrap(uint256 _stETHAmount) returns (uint256)',
  'function unwrap(uint256 _wstETHAmount) returns (uint256)',
  'function stEthPerToken() view returns (uint256)',
];
const queueAbi = [
  'function requestWithdrawals(uint256[] _amounts, address _owner) returns (uint256[] requestIds)',
  'function finalize(uint256 _lastRequestIdToBeFinalized, uint256 _maxShareRate)',
  'function claimWithdrawal(uint256 _requestId)',
  'function claimWithdrawals(uint256[] _requestIds, uint256[] _hints)',
  'function getLastCheckpointIndex() view returns (uint256)',
  'function findCheckpointHints(uint256[] _requestIds, uint256 _firstIndex, uint256 _lastIndex) view returns (uint256[] hintIds)',
  'function getWithdrawalStatus(uint256[] _requestIds) view returns ((uint256 amountOfStETH, uint256 amountOfShares, address owner, uint256 timestamp, bool isFinalized, bool isClaimed)[] statuses)',
  'event WithdrawalRequested(uint256 indexed requestId, address indexed requestor, address indexed owner, uint256 amountOfStETH, uint256 amountOfShares)',
  'event WithdrawalClaimed(uint256 indexed requestId, address indexed owner, address indexed receiver, uint256 amountOfETH)',
  'error RequestNotFoundOrNotFinalized(uint256 _requestId)',
  'error RequestAlreadyClaimed(uint256 _requestId)',
];
const poolAbi = ['function deposit() payable returns (uint256)'];
const weethAbi = [
  ...tokenAbi,
  'function wrap(uint256 _eETHAmount) returns (uint256)',
  'function unwrap(uint256 _weETHAmount) returns (uint256)',
  'function getRate() view returns (uint256)',
];
const staked = parseEther('10');

export async function checkStaking(chain) {
  await checkLido(chain);
  await checkEtherFi(chain);
}

async function checkLido({ url, accounts, contracts }) {
  const rpc = new Rpc(url);
  const staker = accounts[5];
  const steth = new Contract(rpc, contracts.steth, stethAbi, staker);
  const wsteth = new Contract(rpc, contracts.wsteth, wstethAbi, staker);
  const queue = new Contract(rpc, contracts.lidoWithdrawalQueue, queueAbi, staker);

  const submission = await steth.pay(staked, 'submit', zeroAddress);
  const [submitted] = eventsOf(steth, submission, 'Submitted');
  assert.equal(submitted.amount, staked);
  assertNear(await steth.read('balanceOf', staker), staked);

  const rate = await wsteth.read('stEthPerToken');
  assert.ok(rate > parseEther('1.2') && rate < parseEther('1.21'));
  assert.equal(rate, await steth.read('getPooledEthByShares', parseEther('1')));
  await steth.send('approve', wsteth.address, staked);
  await wsteth.send('wrap', parseEther('4'));
  const wrapped = await wsteth.read('balanceOf', staker);
  assertNear((wrapped * rate) / parseEther('1'), parseEther('4'));
  await wsteth.send('unwrap', wrapped);
  assertNear(await steth.read('balanceOf', staker), staked);
  // Ether that is sent to it is staked and wrapped.
  await rpc.transact({ from: staker, to: wsteth.address, value: `0x${staked.toString(16)}` });
  assertNear(((await wsteth.read('balanceOf', staker)) * rate) / parseEther('1'), staked);
  console.log(`Lido: one wstETH is worth ${Number(rate) / 1e18} stETH`);

  await steth.send('approve', queue.address, staked);
  const request = await queue.send('requestWithdrawals', [parseEther('2'), parseEther('3')], zeroAddress);
  const requested = eventsOf(queue, request, 'WithdrawalRequested');
  const ids = requested.map(({ requestId }) => requestId);
  assert.deepEqual([...ids], [1n, 2n]);
  assert.deepEqual([requested[1].owner, requested[1].amountOfStETH], [staker, parseEther('3')]);
  await assert.rejects(queue.send('claimWithdrawal', 1), /RequestNotFoundOrNotFinalized/);
  await queue.as(accounts[6]).send('finalize', 2, 0);
  const before = BigInt(await rpc.send('eth_getBalance', [queue.address, 'latest']));
  assertNear(before, parseEther('5'));
  const [claimed] = eventsOf(queue, await queue.send('claimWithdrawal', 1), 'WithdrawalClaimed');
  assertNear(claimed.amountOfETH, parseEther('2'));
  await assert.rejects(queue.send('claimWithdrawal', 1), /RequestAlreadyClaimed/);
  const hints = await queue.read('findCheckpointHints', [2], 1, await queue.read('getLastCheckpointIndex'));
  await queue.send('claimWithdrawals', [2], [...hints]);
  const statuses = await queue.read('getWithdrawalStatus', ids);
  assert.ok(statuses.every(({ isFinalized, isClaimed, owner }) => isFinalized && isClaimed && owner === staker));
  assert.equal(BigInt(await rpc.send('eth_getBalance', [queue.address, 'latest'])), 0n);
}

async function checkEtherFi({ url, accounts, contracts }) {
  const rpc = new Rpc(url);
  const staker = accounts[5];
  const pool = new Contract(rpc, contracts.etherFiLiquidityPool, poolAbi, staker);
  const eeth = new Contract(rpc, contracts.eeth, tokenAbi, staker);
  const weeth = new Contract(rpc, contracts.weeth, weethAbi, staker);
  await pool.pay(staked, 'deposit');
  assertNear(await eeth.read('balanceOf', staker), staked);
  await eeth.send('approve', weeth.address, staked);
  await weeth.send('wrap', parseEther('4'));
  const rate = await weeth.read('getRate');
  const wrapped = await weeth.read('balanceOf', staker);
  assertNear((wrapped * rate) / parseEther('1'), parseEther('4'));
  await weeth.send('unwrap', wrapped);
  assertNear(await eeth.read('balanceOf', staker), staked);
  console.log(`ether.fi: one weETH is worth ${Number(rate) / 1e18} eETH`);
}

/** Shares, and the rate for one of them, are rounded down. */
function assertNear(actual, expected) {
  const missing = expected - actual;
  assert.ok(missing >= 0n && missing <= 20n, `${actual} is not ${expected}`);
}
