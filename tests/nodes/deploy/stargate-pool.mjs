import { parseEther, parseUnits } from 'ethers';
import { deploy, maxUint256 } from '../lib/contract.mjs';
import { packagedArtifact } from '../lib/packaged.mjs';

const artifacts = '@stargatefinance/stg-evm-v2/artifacts/src';
const sharedDecimals = 6;

// The ids are mainnet's; the bounds of the zones are whole tokens.
const usdcAsset = { id: 1, firstUpperBound: 100_000, secondUpperBound: 1_000_000 };
const etherAsset = { id: 13, firstUpperBound: 40, secondUpperBound: 200 };

// Fees in millionths of the whole amount, by the zone that the amount falls in.
const zoneFees = [600, 1_200, 2_500];
const reward = 0;

/** A pool of USDC; liquidity and credit (what may be sent to the other chain) are whole tokens. */
export async function deployUsdcPool(context, transport, token, { liquidity, credit }) {
  const { rpc, accounts } = context;
  const pool = await deploy(rpc, accounts.deployer, packagedArtifact(`${artifacts}/StargatePool.sol/StargatePool`), [
    `Stargate ${token.symbol}`,
    `S*${token.symbol}`,
    token.address,
    token.decimals,
    sharedDecimals,
    transport.endpoint.address,
    accounts.deployer,
  ]);
  await configure(context, transport, pool, usdcAsset, credit);
  await token.mint(accounts.lender, liquidity);
  await token.as(accounts.lender).send('approve', pool.address, maxUint256);
  await pool.as(accounts.lender).send('deposit', accounts.lender, token.units(liquidity));
  return pool;
}

/** A pool of the chain's own ether, in whole ether. */
export async function deployNativePool(context, transport, { liquidity, credit }) {
  const { rpc, accounts } = context;
  const artifact = packagedArtifact(`${artifacts}/StargatePoolNative.sol/StargatePoolNative`);
  const pool = await deploy(rpc, accounts.deployer, artifact, [
    'ETH-LP',
    'S*ETH',
    18,
    sharedDecimals,
    transport.endpoint.address,
    accounts.deployer,
  ]);
  await configure(context, transport, pool, etherAsset, credit);
  const amount = parseEther(String(liquidity));
  await pool.as(accounts.lender).pay(amount, 'deposit', accounts.lender, amount);
  return pool;
}

async function configure({ rpc, accounts }, { messaging, remoteEndpointId }, pool, asset, credit) {
  const owner = accounts.deployer;
  const feeLibrary = await deploy(rpc, owner, packagedArtifact(`${artifacts}/feelibs/FeeLibV1.sol/FeeLibV1`), [
    pool.address,
  ]);
  await feeLibrary.send(
    'setFeeConfig',
    remoteEndpointId,
    shared(asset.firstUpperBound),
    shared(asset.secondUpperBound),
    ...zoneFees,
    reward,
  );
  await pool.send('setAddressConfig', {
    feeLib: feeLibrary.address,
    planner: owner,
    treasurer: owner,
    tokenMessaging: messaging.address,
    // Lets the owner grant credit, which otherwise arrives as a message from the other chain.
    creditMessaging: owner,
    lzToken: owner,
  });
  await messaging.send('setAssetId', pool.address, asset.id);
  await pool.send('receiveCredits', remoteEndpointId, [{ srcEid: remoteEndpointId, amount: shared(credit) }]);
}

function shared(amount) {
  return parseUnits(String(amount), sharedDecimals);
}
