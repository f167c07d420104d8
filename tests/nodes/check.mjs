// Starts the nodes as a test would and checks that what they answer is what the README promises.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { checkAcross } from './lib/across-check.mjs';
import { rootDirectory } from './lib/cache.mjs';
import { checkCctp } from './lib/cctp-check.mjs';
import { Contract } from './lib/contract.mjs';
import { checkRewards } from './lib/rewards-check.mjs';
import { checkRollupBridges } from './lib/rollup-bridges-check.mjs';
import { Rpc } from './lib/rpc.mjs';
import { checkSafes } from './lib/safe-check.mjs';
import { checkSolana } from './lib/solana-check.mjs';
import { checkStaking } from './lib/staking-check.mjs';
import { checkStargate } from './lib/stargate-check.mjs';
import { checkUniswap } from './lib/uniswap-check.mjs';

const startTimeoutMs = 180_000;
const secondsPerYear = 31_536_000;

const child = spawn(process.execPath, [path.join(rootDirectory, 'start.mjs')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const exited = new Promise((resolve) => child.once('exit', resolve));
const timer = setTimeout(() => child.kill('SIGTERM'), startTimeoutMs);
const { chains } = await firstLine();
clearTimeout(timer);

try {
  const { solana, ...evmChains } = chains;
  for (const [name, chain] of Object.entries(evmChains)) {
    await checkChain(name, chain);
  }
  await checkHistory(chains.ethereum);
  await checkLending(chains.ethereum);
  await checkUniswap(chains.ethereum);
  await checkRewards(chains.ethereum);
  await checkStaking(chains.ethereum);
  await checkSafes(Object.values(evmChains));
  await checkStargate(chains.ethereum, 30_101, chains.op, 30_111);
  await checkStargate(chains.op, 30_111, chains.ethereum, 30_101);
  await checkAcross(chains.ethereum, chains.op);
  await checkAcross(chains.op, chains.ethereum);
  await checkCctp(chains.ethereum, chains.op);
  await checkCctp(chains.op, chains.arbitrum);
  await checkRollupBridges(chains.ethereum, chains.op);
  await checkL1Fee(chains.op);
  await checkArbitrum(chains.arbitrum);
  if (solana || process.platform !== 'win32') {
    await checkSolana(solana);
  }
} finally {
  child.stdin.end();
}
assert.equal(await exited, 0, 'start.mjs must end cleanly when its input closes');
for (const { url } of Object.values(chains)) {
  await assert.rejects(fetch(url), 'a node outlived the program that started it');
}
console.log('all checks passed');

async function firstLine() {
  for await (const line of readline.createInterface({ input: child.stdout })) {
    return JSON.parse(line);
  }
  throw new Error('start.mjs ended without printing a line');
}

async function checkChain(name, { url, chainId, accounts, contracts, tokens }) {
  const rpc = new Rpc(url);
  assert.equal(Number(await rpc.send('eth_chainId')), chainId);
  const behind = Math.abs(Date.now() / 1000 - (await rpc.timestamp()));
  assert.ok(behind < 60, `the clock of ${name} is ${behind} s off`);

  const dataProvider = new Contract(rpc, contracts.dataProvider, [
    'function getReserveData(address) view returns (uint256 unbacked, uint256 accruedToTreasury, uint256 totalAToken, uint256 totalStableDebt, uint256 totalVariableDebt, uint256 liquidityRate, uint256 variableBorrowRate, uint256 stableBorrowRate, uint256 averageStableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex, uint40 lastUpdateTimestamp)',
    'function getReserveCaps(address) view returns (uint256 borrowCap, uint256 supplyCap)',
  ]);
  const oracle = new Contract(rpc, contracts.oracle, ['function getAssetPrice(address) view returns (uint256)']);
  for (const [symbol, { address }] of Object.entries(tokens)) {
    const reserve = await dataProvider.read('getReserveData', address);
    const caps = await dataProvider.read('getReserveCaps', address);
    const token = new Contract(rpc, address, ['function balanceOf(address) view returns (uint256)']);
    assert.ok((await token.read('balanceOf', accounts[0])) > 0n, `${accounts[0]} has no ${symbol}`);
    assert.ok(reserve.liquidityIndex > 10n ** 27n, `${symbol} on ${name} has earned nothing`);
    const utilisation = Number((reserve.totalVariableDebt * 10_000n) / reserve.totalAToken) / 100;
    console.log(
      `${name} ${symbol}: used ${utilisation} %, supply ${percent(reserve.liquidityRate)}, borrow ${percent(reserve.variableBorrowRate)}, caps ${caps.supplyCap}/${caps.borrowCap}, price ${await oracle.read('getAssetPrice', address)}`,
    );
  }

  for (const vaultName of ['stataUsdc', 'steadyVault', 'metaMorphoUsdc'].filter((key) => key in contracts)) {
    const vault = new Contract(rpc, contracts[vaultName], ['function convertToAssets(uint256) view returns (uint256)']);
    const price = await vault.read('convertToAssets', 10n ** 18n);
    assert.ok(price > 0n);
    console.log(`${name} ${vaultName}: 1e18 shares are worth ${price}`);
  }
}

/** Old blocks still answer, so that a yield can be measured between two of them: five per cent a year here. */
async function checkHistory({ url, contracts }) {
  const rpc = new Rpc(url);
  const vault = new Contract(rpc, contracts.steadyVault, ['function convertToAssets(uint256) view returns (uint256)']);
  const data = vault.interface.encodeFunctionData('convertToAssets', [10n ** 18n]);
  const priceAt = async (block) => Number(await rpc.send('eth_call', [{ to: vault.address, data }, block.number]));
  const blockAt = async (number) => rpc.send('eth_getBlockByNumber', [number, false]);

  const latest = await blockAt('latest');
  let earlier = latest;
  while (Number(latest.timestamp) - Number(earlier.timestamp) < 20 * 86_400) {
    earlier = await blockAt(`0x${(Number(earlier.number) - 1).toString(16)}`);
  }
  // The price changes only every five days.
  const growth = (await priceAt(latest)) / (await priceAt(earlier)) - 1;
  const steps = Math.round(growth / (0.05 * (5 / 365)));
  console.log(`steadyVault: grew ${(growth * 100).toFixed(4)} % in ${steps} steps of five days`);
  assert.ok(Math.abs(growth / steps / (0.05 * (5 / 365)) - 1) < 0.01);
  assert.ok(steps >= 3 && steps <= 5);
}

/** Compound and Morpho: the rates that the contracts report must follow from their own utilisation. */
async function checkLending({ url, contracts, tokens }) {
  const rpc = new Rpc(url);
  const comet = new Contract(rpc, contracts.cometUsdc, [
    'function getUtilization() view returns (uint256)',
    'function getSupplyRate(uint256) view returns (uint64)',
    'function totalSupply() view returns (uint256)',
    'function totalBorrow() view returns (uint256)',
  ]);
  const utilization = await comet.read('getUtilization');
  const supplyRate = Number(await comet.read('getSupplyRate', utilization)) / 1e18;
  console.log(
    `Comet: used ${Number(utilization) / 1e16} %, supply ${supplyRate * secondsPerYear * 100} %, ${await comet.read('totalSupply')} supplied, ${await comet.read('totalBorrow')} borrowed`,
  );
  assert.ok(utilization > 0n && supplyRate > 0);

  const params = '(address loanToken, address collateralToken, address oracle, address irm, uint256 lltv)';
  const totals =
    '(uint128 totalSupplyAssets, uint128 totalSupplyShares, uint128 totalBorrowAssets, uint128 totalBorrowShares, uint128 lastUpdate, uint128 fee)';
  const morpho = new Contract(rpc, contracts.morpho, [
    `function market(bytes32) view returns ${totals}`,
    `function idToMarketParams(bytes32) view returns ${params}`,
  ]);
  const rateModel = new Contract(rpc, contracts.morphoIrm, [
    'function rateAtTarget(bytes32) view returns (int256)',
    `function borrowRateView(${params} params, ${totals} market) view returns (uint256)`,
  ]);
  const id = contracts.morphoMarketUsdcId;
  const market = await morpho.read('market', id);
  const marketParams = await morpho.read('idToMarketParams', id);
  assert.equal(marketParams.loanToken.toLowerCase(), tokens.USDC.address.toLowerCase());
  const borrowRate = await rateModel.read('borrowRateView', [...marketParams], [...market]);
  const atTarget = await rateModel.read('rateAtTarget', id);
  const yearly = (rate) => `${((Number(rate) * secondsPerYear) / 1e16).toFixed(3)} %`;
  console.log(
    `Morpho: ${market.totalBorrowAssets} of ${market.totalSupplyAssets} borrowed at ${yearly(borrowRate)}, rate at target ${yearly(atTarget)}`,
  );
  assert.ok(atTarget > 0n && borrowRate > 0n);
}

function percent(ray) {
  return `${(Number(ray) / 1e25).toFixed(3)} %`;
}

/** The fee that anvil takes from the sender, beyond its gas, must be what the real GasPriceOracle says. */
async function checkL1Fee({ url, accounts, contracts }) {
  const rpc = new Rpc(url);
  const [from, to] = accounts;
  const balance = async () => BigInt(await rpc.send('eth_getBalance', [from, 'latest']));
  const before = await balance();
  // Bytes without repetition, so that the fee is above its minimum.
  const data = `0x${Array.from({ length: 600 }, (_, i) => ((i * i * 31 + i * 7 + (i >> 3)) & 255).toString(16).padStart(2, '0')).join('')}`;
  const receipt = await rpc.transact({ from, to, value: '0x1', data });
  const charged = before - (await balance()) - 1n - BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
  const raw = await rpc.send('eth_getRawTransactionByHash', [receipt.transactionHash]);
  const oracle = new Contract(rpc, contracts.gasPriceOracle, [
    'function getL1Fee(bytes) view returns (uint256)',
    'function isFjord() view returns (bool)',
    'function l1BaseFee() view returns (uint256)',
    'function blobBaseFee() view returns (uint256)',
    'function baseFeeScalar() view returns (uint32)',
    'function blobBaseFeeScalar() view returns (uint32)',
  ]);
  assert.equal(await oracle.read('isFjord'), true);
  const estimate = await oracle.read('getL1Fee', raw);
  // The oracle expects an unsigned transaction and adds 68 bytes for the signature, which raw has already.
  const [l1BaseFee, blobBaseFee, baseFeeScalar, blobBaseFeeScalar] = await Promise.all(
    ['l1BaseFee', 'blobBaseFee', 'baseFeeScalar', 'blobBaseFeeScalar'].map((method) => oracle.read(method)),
  );
  const feeScaled = 16n * baseFeeScalar * l1BaseFee + blobBaseFeeScalar * blobBaseFee;
  const expected = estimate - (68n * 836_500n * feeScaled) / 10n ** 12n;
  console.log(`op L1 fee: charged ${charged} wei, GasPriceOracle says ${expected} wei`);
  const difference = charged - expected;
  assert.ok(charged > 0n && difference >= -1n && difference <= 1n, 'anvil charges another L1 fee than the oracle says');
}

async function checkArbitrum({ url, accounts, contracts }) {
  const rpc = new Rpc(url);
  const gasInfo = new Contract(rpc, contracts.arbGasInfo, [
    'function getPricesInWei() view returns (uint256, uint256, uint256, uint256, uint256, uint256)',
    'function getMinimumGasPrice() view returns (uint256)',
  ]);
  const nodeInterface = new Contract(rpc, contracts.nodeInterface, [
    'function gasEstimateComponents(address, bool, bytes) payable returns (uint64, uint64, uint256, uint256)',
    'function gasEstimateL1Component(address, bool, bytes) payable returns (uint64, uint256, uint256)',
  ]);
  const prices = await gasInfo.read('getPricesInWei');
  assert.equal(prices[5], prices[3] + prices[4]);
  assert.equal(await gasInfo.read('getMinimumGasPrice'), prices[3]);
  const [gas, gasForL1] = await nodeInterface.read('gasEstimateComponents', accounts[1], false, '0x1234');
  assert.equal((await nodeInterface.read('gasEstimateL1Component', accounts[1], false, '0x1234'))[0], gasForL1);
  assert.ok(gas > gasForL1);
}
