// Checks Across: a deposit on one chain and its fill on the other.
import assert from 'node:assert/strict';
import { zeroPadValue } from 'ethers';
import { Contract, eventsOf, zeroAddress } from './contract.mjs';
import { packagedArtifact } from './packaged.mjs';
import { Rpc } from './rpc.mjs';
import { testToken } from './test-token.mjs';

const { abi } = packagedArtifact('@across-protocol/contracts/dist/evm/artifacts/SpokePool.sol/SpokePool');
const inputAmount = 1_000_000_000n;
const outputAmount = 999_000_000n;
const fillSeconds = 7_200;
const noMessage = '0x';

export async function checkAcross(source, destination) {
  const [user, , relayer, , recipient] = source.accounts;
  const rpc = new Rpc(source.url);
  const pool = new Contract(rpc, source.contracts.acrossSpokePool, abi, user);
  const far = new Contract(new Rpc(destination.url), destination.contracts.acrossSpokePool, abi, relayer);
  const input = testToken(source, 'USDC', user);
  const output = testToken(destination, 'USDC', relayer);
  await input.send('approve', pool.address, 2n * inputAmount);
  await output.send('mint', relayer, 2n * outputAmount);
  await output.send('approve', far.address, 2n * outputAmount);

  const now = await rpc.timestamp();
  const terms = (address) => [
    address(user),
    address(recipient),
    address(input.address),
    address(output.address),
    inputAmount,
    outputAmount,
    destination.chainId,
    address(zeroAddress),
    now,
    now + fillSeconds,
    0,
    noMessage,
  ];
  for (const [method, address] of [
    ['depositV3', (value) => value],
    ['deposit', word],
  ]) {
    const receipt = await pool.send(method, ...terms(address));
    const [deposited] = eventsOf(pool, receipt, 'FundsDeposited');
    const before = await output.read('balanceOf', recipient);
    const fill = await far.send('fillRelay', relayOf(deposited, source.chainId), source.chainId, word(relayer));
    const [filled] = eventsOf(far, fill, 'FilledRelay');
    assert.equal(filled.depositId, deposited.depositId);
    assert.equal(Number(filled.originChainId), source.chainId);
    assert.equal(filled.relayer, word(relayer));
    assert.equal((await output.read('balanceOf', recipient)) - before, outputAmount);
    const again = far.send('fillRelay', relayOf(deposited, source.chainId), source.chainId, word(relayer));
    await assert.rejects(again, /RelayFilled/);
    console.log(`Across: ${method} ${deposited.depositId} of ${inputAmount} was filled with ${outputAmount}`);
  }
}

/** What a relayer fills, which is what the event says and the chain that it comes from. */
function relayOf(deposited, originChainId) {
  const { depositor, recipient, exclusiveRelayer, inputToken, outputToken, inputAmount, outputAmount } = deposited;
  return {
    depositor,
    recipient,
    exclusiveRelayer,
    inputToken,
    outputToken,
    inputAmount,
    outputAmount,
    originChainId,
    depositId: deposited.depositId,
    fillDeadline: deposited.fillDeadline,
    exclusivityDeadline: deposited.exclusivityDeadline,
    message: deposited.message,
  };
}

function word(address) {
  return zeroPadValue(address, 32);
}
