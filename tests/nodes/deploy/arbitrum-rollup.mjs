import { parseEther, ZeroHash } from 'ethers';
import { Contract, deploy, zeroAddress } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const packageRoot = '@arbitrum/nitro-contracts';
const sources = `${packageRoot}/build/contracts/src`;
const transparentProxy = `${packageRoot}/build/contracts/@openzeppelin/contracts/proxy/transparent`;

// The values of Arbitrum One. Blocks are Ethereum's.
const confirmPeriodBlocks = 45_818;
const challengeGracePeriodBlocks = 14_400;
const minimumAssertionPeriod = 75;
const validatorAfkBlocks = 201_600;
const baseStake = parseEther('3600');
const maxDataSize = 117_964;
const maxTimeVariation = { delayBlocks: 5_760, futureBlocks: 64, delaySeconds: 86_400, futureSeconds: 3_600 };

const finished = 1;
const noTemplates = Array(6).fill(zeroAddress);

/**
 * The side of Arbitrum One's own bridge that is on Ethereum. Nobody validates, and there is no contract for challenges,
 * so no withdrawal is ever confirmed. The deposit is whole ether.
 */
export async function deployArbitrumRollup({ rpc, accounts }, stakeToken, l2ChainId, deposit) {
  const owner = accounts.deployer;
  const create = (file, args) => deploy(rpc, owner, packagedArtifact(file), args);
  const reader = await create(`${packageRoot}/out/yul/Reader4844.yul/Reader4844`);
  const bridgeCode = await create(`${sources}/bridge/Bridge.sol/Bridge`);
  const sequencerInbox = await create(`${sources}/bridge/SequencerInbox.sol/SequencerInbox`, [
    maxDataSize,
    reader.address,
    false,
    false,
  ]);
  const inboxCode = await create(`${sources}/bridge/Inbox.sol/Inbox`, [maxDataSize]);
  const eventInbox = await create(`${sources}/rollup/RollupEventInbox.sol/RollupEventInbox`);
  const outbox = await create(`${sources}/bridge/Outbox.sol/Outbox`);
  const creator = await create(`${sources}/rollup/BridgeCreator.sol/BridgeCreator`, [
    [
      bridgeCode.address,
      sequencerInbox.address,
      zeroAddress,
      inboxCode.address,
      eventInbox.address,
      outbox.address,
    ],
    noTemplates,
  ]);

  const rollup = await create(`${sources}/rollup/RollupProxy.sol/RollupProxy`);
  const adminLogic = await create(`${sources}/rollup/RollupAdminLogic.sol/RollupAdminLogic`);
  const userLogic = await create(`${sources}/rollup/RollupUserLogic.sol/RollupUserLogic`);
  const proxyAdmin = await create(`${transparentProxy}/ProxyAdmin.sol/ProxyAdmin`);
  const noBuffer = { threshold: 0, max: 0, replenishRateInBasis: 0 };
  const bridgeTerms = [proxyAdmin.address, rollup.address, zeroAddress, maxTimeVariation, noBuffer, zeroAddress];
  // Tried first, because only the result of a call has the addresses.
  const bridgeContracts = (await creator.read('createBridge', ...bridgeTerms)).toObject();
  await creator.send('createBridge', ...bridgeTerms);
  await rollup.send(
    'initializeProxy',
    {
      confirmPeriodBlocks,
      stakeToken: stakeToken.address,
      baseStake,
      wasmModuleRoot: ZeroHash,
      owner,
      loserStakeEscrow: owner,
      chainId: l2ChainId,
      chainConfig: JSON.stringify({ chainId: l2ChainId }),
      minimumAssertionPeriod,
      validatorAfkBlocks,
      miniStakeValues: [],
      sequencerInboxMaxTimeVariation: maxTimeVariation,
      layerZeroBlockEdgeHeight: 0,
      layerZeroBigStepEdgeHeight: 0,
      layerZeroSmallStepEdgeHeight: 0,
      genesisAssertionState: {
        globalState: { bytes32Vals: [ZeroHash, ZeroHash], u64Vals: [0, 0] },
        machineStatus: finished,
        endHistoryRoot: ZeroHash,
      },
      genesisInboxCount: 0,
      anyTrustFastConfirmer: zeroAddress,
      numBigStepLevel: 1,
      challengeGracePeriodBlocks,
      bufferConfig: noBuffer,
      dataCostEstimate: 0,
    },
    {
      ...bridgeContracts,
      challengeManager: zeroAddress,
      rollupAdminLogic: adminLogic.address,
      rollupUserLogic: userLogic.address,
      validatorWalletCreator: zeroAddress,
    },
  );

  const inbox = new Contract(rpc, bridgeContracts.inbox, inboxCode.interface, accounts.lender);
  await inbox.pay(parseEther(String(deposit)), 'depositEth()');
  return {
    arbitrumRollup: rollup.address,
    arbitrumRollupOwner: owner,
    arbitrumBridge: bridgeContracts.bridge,
  };
}
