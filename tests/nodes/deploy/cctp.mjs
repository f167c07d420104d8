import { Contract } from '../lib/contract.mjs';

// The addresses that Circle's contracts have on every chain.
const transmitterAddress = '0x81D40F21F12A8F0E3252Bccb954D722d4c464B64';
const messengerAddress = '0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d';

// The numbers that Circle gives to Ethereum, OP Mainnet, Arbitrum and Base.
const domains = [0, 2, 3, 6];
const burnLimit = 10_000_000;

/** A stand-in for CCTP v2; see its source for what is real. The owner of all contracts attests. */
export async function installCctp({ rpc, accounts, artifacts }, token, domain) {
  const { MessageTransmitterV2StandIn, TokenMessengerV2StandIn } = artifacts.own;
  const owner = accounts.deployer;
  await rpc.send('anvil_setCode', [transmitterAddress, MessageTransmitterV2StandIn.deployedBytecode]);
  await rpc.send('anvil_setCode', [messengerAddress, TokenMessengerV2StandIn.deployedBytecode]);
  const transmitter = new Contract(rpc, transmitterAddress, MessageTransmitterV2StandIn.abi, owner);
  const messenger = new Contract(rpc, messengerAddress, TokenMessengerV2StandIn.abi, owner);
  await transmitter.send('initialize', domain, owner);
  await messenger.send('initialize', transmitterAddress, token.address, token.units(burnLimit), owner, domains);
  return {
    cctpTokenMessenger: messengerAddress,
    cctpMessageTransmitter: transmitterAddress,
    cctpAttester: owner,
  };
}
