import { Contract } from '../lib/contract.mjs';

const arbGasInfoAddress = '0x000000000000000000000000000000000000006C';
const nodeInterfaceAddress = '0x00000000000000000000000000000000000000C8';

/** Puts contracts with Arbitrum's signatures at its addresses: they test decoding, not pricing. */
export async function installArbitrumStandIns({ rpc, accounts, artifacts }, prices) {
  const { ArbGasInfoStandIn, NodeInterfaceStandIn } = artifacts.own;
  await rpc.send('anvil_setCode', [arbGasInfoAddress, ArbGasInfoStandIn.deployedBytecode]);
  await rpc.send('anvil_setCode', [nodeInterfaceAddress, NodeInterfaceStandIn.deployedBytecode]);
  const gasInfo = new Contract(rpc, arbGasInfoAddress, ArbGasInfoStandIn.abi, accounts.deployer);
  await gasInfo.send('set', prices.l1BaseFee, prices.l2BaseFee, prices.minimumGasPrice);
  return { arbGasInfo: arbGasInfoAddress, nodeInterface: nodeInterfaceAddress };
}
