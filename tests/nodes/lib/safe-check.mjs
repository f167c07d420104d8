// Checks the Safe: that it is at the same address everywhere and that its owner's batch runs.
import assert from 'node:assert/strict';
import { concat, dataLength, Interface, solidityPacked, zeroPadValue } from 'ethers';
import { Contract, eventsOf, zeroAddress } from './contract.mjs';
import { Rpc } from './rpc.mjs';
import { testToken } from './test-token.mjs';

const safeAbi = [
  'function VERSION() view returns (string)',
  'function nonce() view returns (uint256)',
  'function getOwners() view returns (address[])',
  'function getThreshold() view returns (uint256)',
  'function getTransactionHash(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 nonce) view returns (bytes32)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
  'event ExecutionSuccess(bytes32 indexed txHash, uint256 payment)',
];
const multiSendAbi = new Interface(['function multiSend(bytes transactions) payable']);
const canonicalMultiSend = '0x9641d764fc13c8B624c04430C7356C1C7C8102e2';
const delegateCall = 1;

export async function checkSafes(chains) {
  for (const chain of chains) {
    await checkSafe(chain);
  }
  const addresses = new Set(chains.map(({ contracts }) => contracts.safe));
  assert.equal(addresses.size, 1, 'the Safe has another address on another chain');
  console.log(`Safe ${[...addresses]}: a batch of two calls ran on ${chains.length} chains`);
}

async function checkSafe(chain) {
  const { safe: address, safeOwner, multiSendCallOnly } = chain.contracts;
  const safe = new Contract(new Rpc(chain.url), address, safeAbi, safeOwner);
  assert.equal(multiSendCallOnly, canonicalMultiSend);
  assert.equal(await safe.read('VERSION'), '1.4.1');
  assert.deepEqual([...(await safe.read('getOwners'))], [safeOwner]);
  assert.equal(await safe.read('getThreshold'), 1n);

  const usdc = testToken(chain, 'USDC', chain.accounts[2]);
  const [spender, recipient] = [chain.contracts.pool, chain.accounts[3]];
  await usdc.send('mint', address, 500_000_000n);
  const before = await usdc.read('balanceOf', recipient);
  const batch = multiSendAbi.encodeFunctionData('multiSend', [
    concat(
      [
        ['approve', [spender, 100_000_000n]],
        ['transfer', [recipient, 200_000_000n]],
      ].map(([method, args]) => packedCall(usdc.address, usdc.interface.encodeFunctionData(method, args))),
    ),
  ]);

  const nonce = await safe.read('nonce');
  const transaction = [multiSendCallOnly, 0, batch, delegateCall, 0, 0, 0, zeroAddress, zeroAddress];
  const hash = await safe.read('getTransactionHash', ...transaction, nonce);
  // The owner approves by sending the transaction itself.
  const signature = concat([zeroPadValue(safeOwner, 32), zeroPadValue('0x', 32), '0x01']);
  const receipt = await safe.send('execTransaction', ...transaction, signature);
  const [success] = eventsOf(safe, receipt, 'ExecutionSuccess');
  assert.equal(success.txHash, hash);
  assert.equal(await safe.read('nonce'), nonce + 1n);
  assert.equal(await usdc.read('allowance', address, spender), 100_000_000n);
  assert.equal((await usdc.read('balanceOf', recipient)) - before, 200_000_000n);
  await assert.rejects(safe.as(chain.accounts[2]).send('execTransaction', ...transaction, signature), /GS025/);
}

function packedCall(to, data) {
  return solidityPacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [0, to, 0, dataLength(data), data]);
}
