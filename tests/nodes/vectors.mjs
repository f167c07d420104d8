// Writes test vectors for ABI encoding, Keccak-256, function selectors and EIP-55 addresses.
// Each is computed by ethers and by viem, and the program fails where the two disagree.
// Usage: node vectors.mjs FILE
import assert from 'node:assert/strict';
import * as ethers from 'ethers';
import * as viem from 'viem';
import { edgeCases, randomCase } from './lib/abi-cases.mjs';
import { SeededRandom } from './lib/random.mjs';
import { agreed, toJson, writeVectors } from './lib/vector-file.mjs';

const seed = 'abi-vectors-1';
const randomCaseCount = 240;
// Longer encodings add no new situation, only size.
const maximumEncodedLength = 2_200;
const keccakLengths = 300;
const addressCount = 40;

const signatures = [
  'aggregate3((address,bool,bytes)[])',
  'allowance(address,address)',
  'approve(address,uint256)',
  'asset()',
  'balanceOf(address)',
  'borrow(address,uint256,uint256,uint16,address)',
  'borrowRateView((address,address,address,address,uint256),(uint128,uint128,uint128,uint128,uint128,uint128))',
  'convertToAssets(uint256)',
  'convertToShares(uint256)',
  'decimals()',
  'deposit(uint256,address)',
  'description()',
  'gasEstimateComponents(address,bool,bytes)',
  'gasEstimateL1Component(address,bool,bytes)',
  'getAllReservesTokens()',
  'getAssetPrice(address)',
  'getL1Fee(bytes)',
  'getL1FeeUpperBound(uint256)',
  'getMinimumGasPrice()',
  'getPricesInWei()',
  'getReserveCaps(address)',
  'getReserveConfigurationData(address)',
  'getReserveData(address)',
  'getSupplyRate(uint256)',
  'getUtilization()',
  'idToMarketParams(bytes32)',
  'latestRoundData()',
  'market(bytes32)',
  'maxDeposit(address)',
  'maxWithdraw(address)',
  'mint(uint256,address)',
  'previewDeposit(uint256)',
  'previewRedeem(uint256)',
  'quoteExactInputSingle((address,address,uint256,uint24,uint160))',
  'quoteOFT((uint32,bytes32,uint256,uint256,bytes,bytes,bytes))',
  'quoteSend((uint32,bytes32,uint256,uint256,bytes,bytes,bytes),bool)',
  'rateAtTarget(bytes32)',
  'redeem(uint256,address,address)',
  'slot0()',
  'supply(address,uint256,address,uint16)',
  'symbol()',
  'totalAssets()',
  'totalSupply()',
  'transfer(address,uint256)',
  'transferFrom(address,address,uint256)',
  'withdraw(address,uint256,address)',
  'withdraw(uint256,address,address)',
];

function encodeCase({ types, viemTypes, values }) {
  const coder = ethers.AbiCoder.defaultAbiCoder();
  const encoded = agreed(
    `the encoding of ${types.join(',')}`,
    coder.encode(types, values),
    viem.encodeAbiParameters(viemTypes, values),
  );
  // Decoding checks that the generator produced values in their canonical form.
  const decoded = coder.decode(types, encoded).toArray(true);
  assert.deepEqual(toJson(decoded), toJson(values), `${types.join(',')} does not decode to its values`);
  return { types, values: toJson(values), encoded };
}

function abiVectors(random) {
  const vectors = edgeCases().map(encodeCase);
  while (vectors.length < edgeCases().length + randomCaseCount) {
    const vector = encodeCase(randomCase(random));
    if (vector.encoded.length <= maximumEncodedLength) {
      vectors.push(vector);
    }
  }
  return vectors;
}

function keccakVectors(random) {
  return Array.from({ length: keccakLengths + 1 }, (_, length) => {
    const input = random.hex(length);
    return { input, keccak: agreed(`Keccak of ${input}`, ethers.keccak256(input), viem.keccak256(input)) };
  });
}

function selectorVectors() {
  return signatures.map((signature) => ({
    signature,
    selector: agreed(
      `the selector of ${signature}`,
      ethers.id(signature).slice(0, 10),
      viem.toFunctionSelector(signature),
    ),
  }));
}

function addressVectors(random) {
  const chosen = [`0x${'0'.repeat(40)}`, `0x${'f'.repeat(40)}`, '0xca11bde05977b3631167028862be2a173976ca11'];
  const drawn = Array.from({ length: addressCount - chosen.length }, () => random.hex(20));
  return [...chosen, ...drawn].map((lower) => ({
    lower,
    checksummed: agreed(`the checksum of ${lower}`, ethers.getAddress(lower), viem.getAddress(lower)),
  }));
}

const file = process.argv[2];
if (!file) {
  console.error('Usage: node vectors.mjs FILE');
  process.exit(2);
}
const random = new SeededRandom(seed);
writeVectors(file, {
  abi: abiVectors(random),
  selectors: selectorVectors(),
  keccak: keccakVectors(random),
  addresses: addressVectors(random),
});
