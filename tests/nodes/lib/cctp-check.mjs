// Checks CCTP: a burn on one chain whose attested message mints on the other, once.
import assert from 'node:assert/strict';
import { dataSlice, HDNodeWallet, keccak256, Mnemonic, SigningKey, zeroPadValue } from 'ethers';
import { attestCctp, completeCctpMessage } from './attest-cctp.mjs';
import { Contract, eventsOf } from './contract.mjs';
import { Rpc } from './rpc.mjs';
import { testToken } from './test-token.mjs';

const messengerAbi = [
  'function depositForBurn(uint256 amount, uint32 destinationDomain, bytes32 mintRecipient, address burnToken, bytes32 destinationCaller, uint256 maxFee, uint32 minFinalityThreshold)',
  'event DepositForBurn(address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller, uint256 maxFee, uint32 indexed minFinalityThreshold, bytes hookData)',
  'event MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected)',
];
const transmitterAbi = [
  'function localDomain() view returns (uint32)',
  'function setLocalDomain(uint32 localDomain)',
  'function usedNonces(bytes32 nonce) view returns (uint256)',
  'function receiveMessage(bytes message, bytes attestation) returns (bool)',
  'event MessageSent(bytes message)',
  'event MessageReceived(address indexed caller, uint32 sourceDomain, bytes32 indexed nonce, bytes32 sender, uint32 indexed finalityThresholdExecuted, bytes messageBody)',
];
const amount = 1_000_000_000n;
const maxFee = 200_000n;
const fast = { finality: 1_000, fee: 100_000n };
const slow = { finality: 2_000, fee: 0n };
// Anvil's accounts, which everybody knows.
const mnemonic = 'test test test test test test test test test test test junk';

export async function checkCctp(source, destination) {
  const [user, , , caller, recipient] = source.accounts;
  const near = contractsOf(source, user);
  const far = contractsOf(destination, caller);
  const domain = await far.transmitter.read('localDomain');

  const burn = async (finality) => {
    await testToken(source, 'USDC', user).send('approve', near.messenger.address, amount);
    const receipt = await near.messenger.send(
      'depositForBurn',
      amount,
      domain,
      zeroPadValue(recipient, 32),
      source.tokens.USDC.address,
      zeroPadValue('0x', 32),
      maxFee,
      finality,
    );
    const [{ message }] = eventsOf(near.transmitter, receipt, 'MessageSent');
    const [burnt] = eventsOf(near.messenger, receipt, 'DepositForBurn');
    assert.equal(burnt.destinationDomain, domain);
    return { message, salt: receipt.transactionHash };
  };
  const balance = () => testToken(destination, 'USDC').read('balanceOf', recipient);
  const signers = [
    [slow, (message) => attestCctp(new Rpc(destination.url), destination.contracts.cctpAttester, message)],
    [fast, (message) => signLikeCircle(destination, message)],
  ];
  for (const [terms, attest] of signers) {
    const sent = await burn(terms.finality);
    const message = completeCctpMessage(sent.message, sent.salt, terms);
    const attestation = await attest(message);
    const nonce = dataSlice(message, 12, 44);
    const before = await balance();
    const receipt = await far.transmitter.send('receiveMessage', message, attestation);
    const [received] = eventsOf(far.transmitter, receipt, 'MessageReceived');
    const [minted] = eventsOf(far.messenger, receipt, 'MintAndWithdraw');
    assert.equal(received.nonce, nonce);
    assert.equal(received.sourceDomain, await near.transmitter.read('localDomain'));
    assert.deepEqual([...minted], [recipient, amount - terms.fee, destination.tokens.USDC.address, terms.fee]);
    assert.equal((await balance()) - before, amount - terms.fee);
    assert.equal(await far.transmitter.read('usedNonces', nonce), 1n);
    await assert.rejects(far.transmitter.send('receiveMessage', message, attestation), /Nonce already used/);
    const forged = completeCctpMessage(sent.message, nonce, terms);
    await assert.rejects(far.transmitter.send('receiveMessage', forged, attestation), /not attester/);
    console.log(`CCTP: ${amount} were burnt and ${minted.amount} minted in domain ${domain}`);
  }

  await far.transmitter.send('setLocalDomain', 6);
  const { message, salt } = await burn(slow.finality);
  const misled = completeCctpMessage(message, salt);
  const attestation = await attestCctp(new Rpc(destination.url), destination.contracts.cctpAttester, misled);
  await assert.rejects(far.transmitter.send('receiveMessage', misled, attestation), /Invalid destination domain/);
  await far.transmitter.send('setLocalDomain', domain);
  await far.transmitter.send('receiveMessage', misled, attestation);
}

function contractsOf({ url, contracts }, from) {
  const rpc = new Rpc(url);
  return {
    messenger: new Contract(rpc, contracts.cctpTokenMessenger, messengerAbi, from),
    transmitter: new Contract(rpc, contracts.cctpMessageTransmitter, transmitterAbi, from),
  };
}

/** The real attesters sign the hash as it is, which a node does not do for its accounts. */
function signLikeCircle({ accounts, contracts }, message) {
  const index = accounts.indexOf(contracts.cctpAttester);
  const path = `m/44'/60'/0'/0/${index}`;
  const { privateKey } = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), path);
  return new SigningKey(privateKey).sign(keccak256(message)).serialized;
}
