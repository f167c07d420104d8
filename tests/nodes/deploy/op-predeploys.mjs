import { concat, toBeHex } from 'ethers';
import { Contract } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const gasPriceOracleAddress = '0x420000000000000000000000000000000000000F';
const l1BlockAddress = '0x4200000000000000000000000000000000000015';
// The only account that L1Block and GasPriceOracle take values from.
const depositor = '0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001';

/**
 * Installs Optimism's real GasPriceOracle and L1Block and gives them values like those of the real chain.
 * Anvil computes the L1 data fee that it charges from L1Block's storage.
 */
export async function installOpPredeploys({ rpc }, l1) {
  const gasPriceOracle = await install(rpc, 'GasPriceOracle', gasPriceOracleAddress);
  await install(rpc, 'L1Block', l1BlockAddress);
  await rpc.impersonate(depositor, async () => {
    await gasPriceOracle.send('setEcotone');
    await gasPriceOracle.send('setFjord');
    await rpc.transact({ from: depositor, to: l1BlockAddress, data: l1BlockValues(await rpc.timestamp(), l1) });
  });
  return { gasPriceOracle: gasPriceOracleAddress, l1Block: l1BlockAddress };
}

async function install(rpc, name, address) {
  const artifact = packagedArtifact(`@eth-optimism/contracts-bedrock/forge-artifacts/${name}.sol/${name}`);
  await rpc.send('anvil_setCode', [address, artifact.deployedBytecode]);
  return new Contract(rpc, address, artifact.abi, depositor);
}

/** Calldata of setL1BlockValuesEcotone, which packs its arguments instead of using the ABI encoding. */
function l1BlockValues(timestamp, l1) {
  const selector = '0x440a5e20';
  const sequenceNumber = 1;
  const blockNumber = 23_000_000;
  return concat([
    selector,
    toBeHex(l1.baseFeeScalar, 4),
    toBeHex(l1.blobBaseFeeScalar, 4),
    toBeHex(sequenceNumber, 8),
    toBeHex(timestamp, 8),
    toBeHex(blockNumber, 8),
    toBeHex(l1.baseFee, 32),
    toBeHex(l1.blobBaseFee, 32),
    toBeHex(1, 32), // The L1 block's hash.
    toBeHex(2, 32), // The batcher's address.
  ]);
}
