// Checks Stargate: quotes in each fee zone, and transfers that leave one chain and arrive on the other.
import assert from 'node:assert/strict';
import { parseEther, zeroPadValue } from 'ethers';
import { Contract, eventsOf, zeroAddress } from './contract.mjs';
import { deliverStargate } from './deliver-stargate.mjs';
import { Rpc } from './rpc.mjs';
import { testToken } from './test-token.mjs';

const sendParam = '(uint32, bytes32, uint256, uint256, bytes, bytes, bytes)';
const poolAbi = [
  'function token() view returns (address)',
  `function quoteOFT(${sendParam}) view returns ((uint256 least, uint256 most) limit, (int256 amount, string description)[] fees, (uint256 sent, uint256 received) receipt)`,
  `function quoteSend(${sendParam}, bool) view returns ((uint256 nativeFee, uint256 lzTokenFee))`,
  `function sendToken(${sendParam}, (uint256, uint256), address) payable`,
  'event OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)',
  'event OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD)',
];
const taxiCommand = '0x';
const busCommand = '0x01';

// The amounts fall in different zones; the first is sent.
const usdc = {
  contract: 'stargateUsdc',
  amounts: [1_000_000_000n, 500_000_000_000n, 1_200_000_000_000n],
  token: ({ tokens }) => tokens.USDC.address,
  approve: (chain, owner, spender, amount) => testToken(chain, 'USDC', owner).send('approve', spender, amount),
  balance: (chain, account) => testToken(chain, 'USDC').read('balanceOf', account),
  value: () => 0n,
};
const ether = {
  contract: 'stargateNative',
  amounts: [parseEther('1.5'), parseEther('100'), parseEther('300')],
  token: () => zeroAddress,
  approve: async () => {},
  balance: async ({ url }, account) => BigInt(await new Rpc(url).send('eth_getBalance', [account, 'latest'])),
  // The native pool takes what it sends out of the transaction's value, beside the fee.
  value: (amount) => amount,
};

/** The numbers are those that LayerZero gives to the chains. */
export async function checkStargate(source, sourceId, destination, destinationId) {
  for (const asset of [usdc, ether]) {
    await checkAsset(asset, source, sourceId, destination, destinationId);
  }
}

async function checkAsset(asset, source, sourceId, destination, destinationId) {
  const user = source.accounts[0];
  const recipient = destination.accounts[4];
  const pool = new Contract(new Rpc(source.url), source.contracts[asset.contract], poolAbi, user);
  assert.equal(await pool.read('token'), asset.token(source));
  const parameters = (amount, command) => [
    destinationId,
    zeroPadValue(recipient, 32),
    amount,
    0,
    '0x',
    '0x',
    command,
  ];
  const quotes = [];
  for (const amount of asset.amounts) {
    const { limit, receipt } = await pool.read('quoteOFT', parameters(amount, taxiCommand));
    assert.equal(receipt.sent, amount < limit.most ? amount : limit.most);
    assert.ok(receipt.received < receipt.sent);
    console.log(
      `${asset.contract}: ${receipt.received} of ${receipt.sent} arrive at ${destinationId}, limit ${limit.most}`,
    );
    quotes.push(receipt);
  }
  const amountSent = asset.amounts[0];
  const parameter = parameters(amountSent, taxiCommand);
  const taxi = await pool.read('quoteSend', parameter, false);
  const bus = await pool.read('quoteSend', parameters(amountSent, busCommand), false);
  console.log(`${asset.contract}: taxi ${taxi.nativeFee} wei, bus ${bus.nativeFee} wei`);

  const send = async () => {
    await asset.approve(source, user, pool.address, amountSent);
    const value = taxi.nativeFee + asset.value(amountSent);
    return pool.pay(value, 'sendToken', parameter, [taxi.nativeFee, 0], user);
  };
  const destinationPool = new Contract(new Rpc(destination.url), destination.contracts[asset.contract], poolAbi);
  // They may arrive in any order.
  const receipts = [await send(), await send()];
  for (const receipt of receipts.reverse()) {
    const [sent] = eventsOf(pool, receipt, 'OFTSent');
    assert.equal(sent.amountReceivedLD, quotes[0].received);
    const before = await asset.balance(destination, recipient);
    const [delivery] = await deliverStargate(source, destination, receipt, destination.accounts[5]);
    const [received] = eventsOf(destinationPool, delivery, 'OFTReceived');
    assert.equal(received.guid, sent.guid);
    assert.equal(Number(received.srcEid), sourceId);
    assert.equal(received.toAddress, recipient);
    assert.equal(received.amountReceivedLD, sent.amountReceivedLD);
    assert.equal((await asset.balance(destination, recipient)) - before, sent.amountReceivedLD);
    console.log(`${asset.contract}: ${sent.amountReceivedLD} arrived at ${destinationId}, message ${sent.guid}`);
  }
  const again = deliverStargate(source, destination, receipts[0], destination.accounts[5]);
  await assert.rejects(again, 'a message was delivered twice');
}
