import { zeroPadValue } from 'ethers';
import { deploy } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';
import { deployNativePool, deployUsdcPool } from './stargate-pool.mjs';

const layerZero = '@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts';
const stargate = '@stargatefinance/stg-evm-v2/artifacts/src';

const busQueueCapacity = 512;
const busPassengers = 5;
const destinationGas = 200_000;

/**
 * Stargate v2's pools of USDC and of ether on their own LayerZero endpoint. Nothing carries messages between the
 * nodes by itself: a sent amount arrives when somebody delivers its message, as lib/deliver-stargate.mjs does.
 *
 * usdc and ether have each pool's liquidity and credit; messageFee is in wei.
 */
export async function deployStargate(context, token, { endpointId, remoteEndpointId, messageFee, usdc, ether }) {
  const { rpc, accounts } = context;
  const owner = accounts.deployer;
  const create = (file, args) => deploy(rpc, owner, packagedArtifact(file), args);

  const endpoint = await create(`${layerZero}/EndpointV2.sol/EndpointV2`, [endpointId, owner]);
  const messageLibrary = await create(`${layerZero}/messagelib/SimpleMessageLib.sol/SimpleMessageLib`, [
    endpoint.address,
    owner,
  ]);
  await endpoint.send('registerLibrary', messageLibrary.address);
  await endpoint.send('setDefaultSendLibrary', remoteEndpointId, messageLibrary.address);
  const noGracePeriod = 0;
  await endpoint.send('setDefaultReceiveLibrary', remoteEndpointId, messageLibrary.address, noGracePeriod);
  await messageLibrary.send('setMessagingFee', messageFee, 0);

  const messaging = await create(`${stargate}/messaging/TokenMessaging.sol/TokenMessaging`, [
    endpoint.address,
    owner,
    busQueueCapacity,
  ]);
  await messaging.send('setGasLimit', remoteEndpointId, destinationGas, destinationGas);
  await messaging.send('setPlanner', owner);
  // The bus is slower and cheaper than a taxi, because passengers share one message.
  await messaging.send('setMaxNumPassengers', remoteEndpointId, busPassengers);
  const busFare = messageFee / BigInt(busPassengers);
  await messaging.send('setFares', remoteEndpointId, busFare, busFare * 2n);

  const transport = { endpoint, messageLibrary, messaging, remoteEndpointId };
  return {
    ...transport,
    usdcPool: await deployUsdcPool(context, transport, token, usdc),
    nativePool: await deployNativePool(context, transport, ether),
  };
}

/** Tells both sides of the other; a side without a partner points to itself, so that it can still quote. */
export async function linkStargates(one, other = one) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    await from.messaging.send('setPeer', from.remoteEndpointId, zeroPadValue(to.messaging.address, 32));
  }
}

export function describeStargate({ endpoint, messageLibrary, messaging, usdcPool, nativePool }) {
  return {
    stargateUsdc: usdcPool.address,
    stargateNative: nativePool.address,
    stargateTokenMessaging: messaging.address,
    layerZeroEndpoint: endpoint.address,
    layerZeroMessageLibrary: messageLibrary.address,
  };
}
