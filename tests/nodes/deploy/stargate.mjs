import { parseUnits, zeroPadValue } from 'ethers';
import { deploy, maxUint256 } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const layerZero = '@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts';
const stargate = '@stargatefinance/stg-evm-v2/artifacts/src';

const sharedDecimals = 6;
const assetId = 1;
const busQueueCapacity = 512;
const busPassengers = 5;
const destinationGas = 200_000;

// Fees in millionths of the whole amount, by the zone that the amount falls in.
const zones = { firstUpperBound: 100_000, secondUpperBound: 1_000_000, fees: [600, 1_200, 2_500], reward: 0 };

/**
 * A Stargate v2 pool of the token on its own LayerZero endpoint. Nothing carries messages between the nodes by
 * itself: a sent amount arrives when somebody delivers its message, as lib/deliver-stargate.mjs does.
 *
 * liquidity and credit (what may be sent to the other chain) are whole tokens; messageFee is in wei.
 */
export async function deployStargate({ rpc, accounts }, token, options) {
  const { endpointId, remoteEndpointId, liquidity, credit, messageFee } = options;
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
  const pool = await create(`${stargate}/StargatePool.sol/StargatePool`, [
    `Stargate ${token.symbol}`,
    `S*${token.symbol}`,
    token.address,
    token.decimals,
    sharedDecimals,
    endpoint.address,
    owner,
  ]);
  const feeLibrary = await create(`${stargate}/feelibs/FeeLibV1.sol/FeeLibV1`, [pool.address]);
  await pool.send('setAddressConfig', {
    feeLib: feeLibrary.address,
    planner: owner,
    treasurer: owner,
    tokenMessaging: messaging.address,
    // Lets the owner grant credit, which otherwise arrives as a message from the other chain.
    creditMessaging: owner,
    lzToken: owner,
  });
  await messaging.send('setAssetId', pool.address, assetId);
  await messaging.send('setMaxAssetId', assetId);
  await messaging.send('setGasLimit', remoteEndpointId, destinationGas, destinationGas);
  await messaging.send('setPlanner', owner);
  // The bus is slower and cheaper than a taxi, because passengers share one message.
  await messaging.send('setMaxNumPassengers', remoteEndpointId, busPassengers);
  const busFare = messageFee / BigInt(busPassengers);
  await messaging.send('setFares', remoteEndpointId, busFare, busFare * 2n);
  await feeLibrary.send(
    'setFeeConfig',
    remoteEndpointId,
    shared(zones.firstUpperBound),
    shared(zones.secondUpperBound),
    ...zones.fees,
    zones.reward,
  );

  await token.mint(accounts.lender, liquidity);
  await token.as(accounts.lender).send('approve', pool.address, maxUint256);
  await pool.as(accounts.lender).send('deposit', accounts.lender, token.units(liquidity));
  await pool.send('receiveCredits', remoteEndpointId, [
    { srcEid: remoteEndpointId, amount: shared(credit) },
  ]);
  return { endpoint, messageLibrary, pool, messaging, remoteEndpointId };
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

export function describeStargate({ endpoint, messageLibrary, pool, messaging }) {
  return {
    stargateUsdc: pool.address,
    stargateTokenMessaging: messaging.address,
    layerZeroEndpoint: endpoint.address,
    layerZeroMessageLibrary: messageLibrary.address,
  };
}

function shared(amount) {
  return parseUnits(String(amount), sharedDecimals);
}
