// Carries a message of LayerZero from one node to another. No key or impersonation is needed: the message library
// believes everybody and not only LayerZero's verifiers, and on real chains too anybody may execute a verified message.
import { dataSlice, Interface } from 'ethers';
import { Contract } from './contract.mjs';
import { Rpc } from './rpc.mjs';

const endpointAbi = new Interface([
  'event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)',
  'function inboundNonce(address receiver, uint32 srcEid, bytes32 sender) view returns (uint64)',
  'function lzReceive((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver, bytes32 guid, bytes message, bytes extraData) payable',
]);
const messageLibraryAbi = ['function validatePacket(bytes packetBytes)'];
const packetSent = endpointAbi.getEvent('PacketSent').topicHash;

/**
 * Delivers what a transaction sent by taxi, or drove by bus; returns the receipt of each delivery. Source and
 * destination are chains as start.mjs describes them, and from is any unlocked account of the destination.
 */
export async function deliverStargate(source, destination, receipt, from) {
  const rpc = new Rpc(destination.url);
  const endpoint = new Contract(rpc, destination.contracts.layerZeroEndpoint, endpointAbi, from);
  const messageLibrary = new Contract(rpc, destination.contracts.layerZeroMessageLibrary, messageLibraryAbi, from);
  const sourceEndpoint = source.contracts.layerZeroEndpoint.toLowerCase();
  const sent = receipt.logs.filter((log) => log.address === sourceEndpoint && log.topics[0] === packetSent);

  const deliveries = [];
  for (const packet of sent.map(readPacket)) {
    // A message is received only once all earlier ones of its path are verified, whether or not they were received.
    const { srcEid, sender, nonce } = packet.origin;
    const verified = await endpoint.read('inboundNonce', packet.receiver, srcEid, sender);
    for (const earlier of await packetsOf(source, packet)) {
      if (earlier.origin.nonce > verified && earlier.origin.nonce <= nonce) {
        await messageLibrary.send('validatePacket', earlier.bytes);
      }
    }
    const { origin, receiver, guid, message } = packet;
    deliveries.push(await endpoint.send('lzReceive', origin, receiver, guid, message, '0x'));
  }
  return deliveries;
}

/** All messages that the source has sent on the packet's path. */
async function packetsOf(source, packet) {
  const logs = await new Rpc(source.url).send('eth_getLogs', [
    { address: source.contracts.layerZeroEndpoint, topics: [packetSent], fromBlock: '0x0', toBlock: 'latest' },
  ]);
  return logs.map(readPacket).filter(({ path }) => path === packet.path);
}

/** The fields stand one after another, without padding; the path says from where to where. */
function readPacket(log) {
  const [bytes] = endpointAbi.decodeEventLog('PacketSent', log.data);
  return {
    bytes,
    path: dataSlice(bytes, 9, 81),
    origin: {
      nonce: BigInt(dataSlice(bytes, 1, 9)),
      srcEid: Number(dataSlice(bytes, 9, 13)),
      sender: dataSlice(bytes, 13, 45),
    },
    receiver: dataSlice(bytes, 61, 81),
    guid: dataSlice(bytes, 81, 113),
    message: dataSlice(bytes, 113),
  };
}
