import { concat, getCreate2Address, keccak256 } from 'ethers';
import { Contract, eventsOf, zeroAddress } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const contracts = '@safe-global/safe-contracts/build/artifacts/contracts';
const singletonArtifact = packagedArtifact(`${contracts}/SafeL2.sol/SafeL2`);
const factoryArtifact = packagedArtifact(`${contracts}/proxies/SafeProxyFactory.sol/SafeProxyFactory`);
const handlerArtifact = packagedArtifact(
  `${contracts}/handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler`,
);
const multiSendArtifact = packagedArtifact(`${contracts}/libraries/MultiSendCallOnly.sol/MultiSendCallOnly`);

// Safe deploys through its own factory; anvil has another one at a different address, with the same code.
const singletonFactory = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7';
const preloadedFactory = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
const salt = `0x${'0'.repeat(64)}`;

/** Safe 1.4.1 at its canonical addresses, and a Safe with one owner that has the same address on all chains. */
export async function deploySafe({ rpc, accounts }) {
  await rpc.send('anvil_setCode', [singletonFactory, await rpc.send('eth_getCode', [preloadedFactory, 'latest'])]);
  const singleton = await deployCanonically(rpc, accounts.deployer, singletonArtifact);
  const factory = await deployCanonically(rpc, accounts.deployer, factoryArtifact);
  const handler = await deployCanonically(rpc, accounts.deployer, handlerArtifact);
  const multiSend = await deployCanonically(rpc, accounts.deployer, multiSendArtifact);

  const initialise = singleton.interface.encodeFunctionData('setup', [
    [accounts.safeOwner],
    1,
    zeroAddress,
    '0x',
    handler.address,
    zeroAddress,
    0,
    zeroAddress,
  ]);
  const receipt = await factory.send('createProxyWithNonce', singleton.address, initialise, 0);
  const [{ proxy }] = eventsOf(factory, receipt, 'ProxyCreation');
  return {
    safe: proxy,
    safeOwner: accounts.safeOwner,
    safeSingleton: singleton.address,
    safeProxyFactory: factory.address,
    multiSendCallOnly: multiSend.address,
  };
}

/** The address follows from the code alone, so these are the addresses that the real chains have. */
async function deployCanonically(rpc, from, artifact) {
  await rpc.transact({ from, to: singletonFactory, data: concat([salt, artifact.bytecode]) });
  const address = getCreate2Address(singletonFactory, salt, keccak256(artifact.bytecode));
  return new Contract(rpc, address, artifact.abi, from);
}
