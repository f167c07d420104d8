// Writes test vectors for Safe (v1.3.0 and later): hashes of transactions, batches for MultiSendCallOnly and checksums
// of the Transaction Builder's files. Hashes and encodings are computed by ethers and by viem, and the program fails
// where the two disagree.
// Usage: node safe-vectors.mjs FILE [PUBLIC_VECTOR]
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as ethers from 'ethers';
import * as viem from 'viem';
import { batchCases } from './lib/batch-cases.mjs';
import { batchChecksum, checksumAsIs, serialize, serializedForChecksum } from './lib/batch-checksum.mjs';
import { rootDirectory } from './lib/cache.mjs';
import { maxUint256, zeroAddress } from './lib/contract.mjs';
import { SeededRandom } from './lib/random.mjs';
import { agreed, membersToJson, writeVectors } from './lib/vector-file.mjs';

const seed = 'safe-vectors-1';
const randomTransactionCount = 26;
const randomBatchCount = 14;

// From @safe-global/safe-deployments 1.37.63. Version 1.3.0 has a second address on some chains.
const multiSendCallOnly = {
  '1.4.1': '0x9641d764fc13c8B624c04430C7356C1C7C8102e2',
  '1.3.0': '0x40A2aCCbd92BCA938b02010E17A5b8929b49130D',
  '1.3.0 (eip155)': '0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B',
};
// The test of Safe's own repository (safe-global/safe-react-apps), whose file is not part of this one.
const publicVectorFile = path.join(rootDirectory, '../../../shared/data/safe/testvector.json');
const publicVectorChecksum = '0x4ecbfd364aa6759983915644e73f8bd411e85a2dc306f252a387c2728c4db64c';

const chainIds = [1n, 10n, 56n, 100n, 137n, 8453n, 42161n, 1337001n, 11155111n];
const domainTypes = [
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];
const transactionTypes = [
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'data', type: 'bytes' },
  { name: 'operation', type: 'uint8' },
  { name: 'safeTxGas', type: 'uint256' },
  { name: 'baseGas', type: 'uint256' },
  { name: 'gasPrice', type: 'uint256' },
  { name: 'gasToken', type: 'address' },
  { name: 'refundReceiver', type: 'address' },
  { name: 'nonce', type: 'uint256' },
];
const multiSendSignature = 'function multiSend(bytes transactions) payable';

function hashes(chainId, safe, transaction) {
  const domain = { chainId, verifyingContract: safe };
  const encoder = ethers.TypedDataEncoder;
  const types = { SafeTx: transactionTypes };
  const allTypes = { EIP712Domain: domainTypes, ...types };
  return {
    domainSeparator: agreed(
      'a domain separator',
      encoder.hashDomain(domain),
      viem.hashDomain({ domain, types: allTypes }),
    ),
    structHash: agreed(
      'the hash of a transaction as a struct',
      encoder.hashStruct('SafeTx', types, transaction),
      viem.hashStruct({ data: transaction, types, primaryType: 'SafeTx' }),
    ),
    hash: agreed(
      'the hash of a transaction',
      encoder.hash(domain, types, transaction),
      viem.hashTypedData({ domain, types, primaryType: 'SafeTx', message: transaction }),
    ),
  };
}

function transactionVector({ chainId, safe, transaction }) {
  return {
    chainId: chainId.toString(),
    safe,
    transaction: membersToJson(transaction),
    ...hashes(chainId, safe, transaction),
  };
}

/** A call as wallets propose it: the owners' accounts pay for the gas. */
function plain(transaction) {
  return {
    value: 0n,
    data: '0x',
    operation: 0,
    safeTxGas: 0n,
    baseGas: 0n,
    gasPrice: 0n,
    gasToken: zeroAddress,
    refundReceiver: zeroAddress,
    ...transaction,
  };
}

function edgeTransactions(random) {
  const highest = ethers.getAddress(`0x${'f'.repeat(40)}`);
  const place = () => ({ chainId: random.pick(chainIds), safe: randomAddress(random) });
  return [
    { chainId: 1n, safe: zeroAddress, transaction: plain({ to: zeroAddress, nonce: 0n }) },
    {
      chainId: maxUint256,
      safe: highest,
      transaction: {
        to: highest,
        value: maxUint256,
        data: `0x${'ff'.repeat(33)}`,
        operation: 1,
        safeTxGas: maxUint256,
        baseGas: maxUint256,
        gasPrice: maxUint256,
        gasToken: highest,
        refundReceiver: highest,
        nonce: maxUint256,
      },
    },
    // Beyond what a double holds.
    { ...place(), chainId: 2n ** 53n + 1n, transaction: plain({ to: randomAddress(random), nonce: 2n ** 53n + 1n }) },
    { ...place(), transaction: plain({ to: randomAddress(random), value: 10n ** 18n, nonce: 7n }) },
    ...[1, 31, 32].map((length) => ({
      ...place(),
      transaction: plain({ to: randomAddress(random), data: random.hex(length), nonce: random.bits(12) }),
    })),
    { ...place(), transaction: plain({ to: randomAddress(random), data: '0x00', operation: 1, nonce: 1n }) },
  ];
}

function randomTransaction(random) {
  // Numbers of every magnitude, and not only large ones.
  const number = (limit) => random.bits(1 + random.below(limit));
  return {
    chainId: random.pick(chainIds),
    safe: randomAddress(random),
    transaction: {
      to: randomAddress(random),
      value: random.pick([0n, number(90), number(256)]),
      data: random.hex(random.below(300)),
      operation: random.below(2),
      safeTxGas: random.pick([0n, number(24)]),
      baseGas: random.pick([0n, number(24)]),
      gasPrice: random.pick([0n, number(64)]),
      gasToken: random.pick([zeroAddress, randomAddress(random)]),
      refundReceiver: random.pick([zeroAddress, randomAddress(random)]),
      nonce: random.pick([number(10), number(256)]),
    },
  };
}

function randomAddress(random) {
  return ethers.getAddress(random.hex(20));
}

/** One call in a batch: operation (1 byte, always 0), address (20), value (32), length of the data (32), data. */
function packedCall({ to, value, data }) {
  const types = ['uint8', 'address', 'uint256', 'uint256', 'bytes'];
  const values = [0, to, value, BigInt(ethers.dataLength(data)), data];
  return agreed('a packed call', ethers.solidityPacked(types, values), viem.encodePacked(types, values));
}

function multiSendVector(random, version, calls) {
  const chainId = random.pick(chainIds);
  const safe = randomAddress(random);
  const packed = ethers.concat(calls.map(packedCall));
  const data = agreed(
    'the data of a batch',
    new ethers.Interface([multiSendSignature]).encodeFunctionData('multiSend', [packed]),
    viem.encodeFunctionData({ abi: viem.parseAbi([multiSendSignature]), args: [packed] }),
  );
  const to = multiSendCallOnly[version];
  // The batch runs as the Safe only if its code does, hence operation 1.
  const transaction = plain({ to, data, operation: 1, nonce: random.bits(1 + random.below(16)) });
  return { version, calls: calls.map(membersToJson), packed, ...transactionVector({ chainId, safe, transaction }) };
}

function multiSendVectors(random) {
  const call = (length, value = 0n) => ({ to: randomAddress(random), value, data: random.hex(length) });
  const approveAndSupply = [call(68), call(132)];
  const lengths = [0, 1, 31, 32, 33, 68, 100, 132];
  const randomCalls = () =>
    Array.from({ length: 1 + random.below(6) }, () =>
      call(random.pick(lengths), random.pick([0n, random.bits(1 + random.below(100))])),
    );
  return [
    multiSendVector(random, '1.4.1', []),
    multiSendVector(random, '1.4.1', [call(0, maxUint256)]),
    multiSendVector(random, '1.4.1', approveAndSupply),
    multiSendVector(random, '1.3.0', approveAndSupply),
    multiSendVector(random, '1.3.0 (eip155)', approveAndSupply),
    ...Array.from({ length: randomBatchCount }, () => multiSendVector(random, '1.4.1', randomCalls())),
  ];
}

/** The file as it is downloaded, where a member that was undefined is null. */
function batchVector(batch) {
  const file = JSON.parse(JSON.stringify(batch, (_, value) => (value === undefined ? null : value)));
  const checksum = batchChecksum(batch);
  assert.equal(batchChecksum(file), checksum, 'the file has another checksum than what it was written from');

  const { checksum: written, ...meta } = batch.meta;
  const withChecksum = { ...file, meta: { ...file.meta, checksum } };
  assert.equal(batchChecksum(withChecksum), checksum, 'the checksum changes the checksum');
  return { file, serialized: serializedForChecksum({ ...batch, meta }), checksum };
}

/** Single values, for whoever looks for the mistake in a serialisation. */
function serializationVectors() {
  const values = [
    null,
    true,
    false,
    0,
    12,
    1646321521061,
    1.5,
    1e21,
    1e-7,
    '',
    'text',
    'quote " backslash \\ slash / \b\f\n\r\t \u0000 \u001f \u007f',
    'Zürich 東京 🚀 \u2028 <>&\'+`',
    [],
    {},
    [[]],
    [{}],
    [null, [1, [2, '3']]],
    { a: null },
    { a: [], b: {} },
    { b: 1, a: 2, B: 3, 10: 4, 9: 5, _: 6, '': 7 },
    // By UTF-16 units the emoji, which starts with d83d, comes before ff5e.
    { '\uff5e': 1, '😀': 2, é: 3, z: 4 },
    { outer: { inner: [{ deep: 'x' }] } },
  ];
  return values.map((value) => ({ value, serialized: serialize(value) }));
}

function checkPublicVector(file) {
  if (!fs.existsSync(file)) {
    console.error(`${file} is not there, so the checksum was not compared with Safe's own`);
    return;
  }
  const batch = JSON.parse(fs.readFileSync(file, 'utf8'));
  // That test adds a checksum to a file that already has one, an empty text, which was hashed too.
  assert.equal(checksumAsIs(batch), publicVectorChecksum);
}

const [file, publicVector = publicVectorFile] = process.argv.slice(2);
if (!file) {
  console.error('Usage: node safe-vectors.mjs FILE [PUBLIC_VECTOR]');
  process.exit(2);
}
checkPublicVector(publicVector);
const random = new SeededRandom(seed);
writeVectors(file, {
  transactions: [
    ...edgeTransactions(random),
    ...Array.from({ length: randomTransactionCount }, () => randomTransaction(random)),
  ].map(transactionVector),
  multiSends: multiSendVectors(random),
  batchFiles: batchCases(random).map(batchVector),
  serializations: serializationVectors(),
});
