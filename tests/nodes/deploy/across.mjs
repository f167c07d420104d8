import { Contract, deploy, zeroAddress } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const packageRoot = '@across-protocol/contracts/dist/evm/artifacts';

// The values of the real chains, in seconds.
const quoteTimeBuffer = 3_600;
const fillDeadlineBuffer = 21_600;
// Deposits are counted from here, so that none has the number zero.
const firstDepositId = 1_000_000;

/** The SpokePool that Across has on Ethereum, which its owner governs. */
export async function deployEthereumSpokePool(context, weth) {
  const owner = context.accounts.deployer;
  return deploySpokePool(
    context,
    'Ethereum_SpokePool',
    [weth.address, quoteTimeBuffer, fillDeadlineBuffer, zeroAddress],
    [firstDepositId, owner],
  );
}

/** The one that it has on Optimism, which would be governed from Ethereum. It brings no tokens back through CCTP. */
export async function deployOpSpokePool(context, weth, usdc) {
  const owner = context.accounts.deployer;
  return deploySpokePool(
    context,
    'OP_SpokePool',
    [weth.address, quoteTimeBuffer, fillDeadlineBuffer, usdc.address, zeroAddress, zeroAddress],
    [firstDepositId, owner, owner],
  );
}

async function deploySpokePool({ rpc, accounts, artifacts }, name, args, initialArgs) {
  const owner = accounts.deployer;
  const artifact = packagedArtifact(`${packageRoot}/${name}.sol/${name}`);
  const code = await deploy(rpc, owner, artifact, args);
  const initialise = code.interface.encodeFunctionData('initialize', initialArgs);
  const proxy = await deploy(rpc, owner, artifacts.own.ERC1967Proxy, [code.address, initialise]);
  return new Contract(rpc, proxy.address, artifact.abi, owner);
}
