import path from 'node:path';
import { rootDirectory } from '../lib/cache.mjs';
import { Rpc } from '../lib/rpc.mjs';
import { pythFeedAddress, pythPrice, readDump, tokenAccount } from '../lib/solana-accounts.mjs';
import { associatedTokenAddress } from '../lib/solana-address.mjs';
import { TestKeypair } from '../lib/solana-keypair.mjs';

/** Litesvm is not built for Windows. */
export const isSolanaAvailable = process.platform !== 'win32';

// The middle of epoch 638, in which Jito's pool was last updated when its account was copied.
const startSlot = 638 * 432_000 + 216_000;

const lamportsPerSol = 1_000_000_000;
const treasurySol = 1_000;
const treasuryUsdc = 2_000_000;

const contracts = {
  jitoStakePool: 'jito-stake-pool__glam2024',
  marinadeState: 'marinade-state__glam2024',
  kaminoUsdcReserve: 'kamino-usdc-reserve__mrgn',
};
const mints = {
  USDC: { dump: 'usdc-mint__glam2024', decimals: 6 },
  JitoSOL: { dump: 'jitosol-mint__glam2024', decimals: 9 },
};

const solPrice = 205;
const priceExponent = -8;
const confidenceShare = 0.0005;
// How long ago the prices were published and in which slot they arrived.
const priceAgeSeconds = 3;
const priceAgeSlots = 5;
const feeds = {
  feedSol: { feedId: 'ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d', price: solPrice },
  feedUsdc: { feedId: 'eaa020c61cc479712813461ce153894a96a6c00b21ed0cfc2798d1f9a9e9c94a', price: 1 },
  feedUsdt: { feedId: '2b89b9dc8fdf9f34709a5b106b472f0f39bb6ca9ce04b0fd7f2e971688e2e53b', price: 0.9998 },
  // The prices at which the pools themselves value their tokens.
  feedJitosol: {
    feedId: '67be9f519b95cf24338801051f9a808eff0a578ccb388db73b7f6fe1de019ffb',
    price: solPrice * 1.1219744805,
  },
  feedMsol: {
    feedId: 'c2289a6a43d2ce91c6f55caec370f4acc38a2ed477f58813334c6d03749ff2a4',
    price: solPrice * 1.186356194783,
  },
};

/** Starts the node with the real accounts and a treasury; returns { node, description, bringToPresent }. */
export async function startSolana({ fleet }) {
  if (!isSolanaAvailable) {
    throw new Error(`There is no litesvm for ${process.platform}`);
  }
  const node = await fleet.start({
    name: 'litesvm',
    command: process.execPath,
    args: [path.join(rootDirectory, 'lib', 'solana-server.mjs')],
  });
  const rpc = new Rpc(node.url);
  const treasury = new TestKeypair('treasury of the local nodes');
  const contractDumps = mapValues(contracts, readDump);
  const mintDumps = mapValues(mints, ({ dump }) => readDump(dump));
  const usdcAccount = associatedTokenAddress(treasury.address, mintDumps.USDC.pubkey);
  const usdc = tokenAccount(usdcAccount, {
    mint: mintDumps.USDC.pubkey,
    owner: treasury.address,
    amount: BigInt(treasuryUsdc) * 10n ** BigInt(mints.USDC.decimals),
  });
  for (const dump of [...Object.values(contractDumps), ...Object.values(mintDumps), usdc]) {
    await rpc.send('test_setAccount', [dump]);
  }
  await rpc.send('requestAirdrop', [treasury.address, treasurySol * lamportsPerSol]);

  return {
    node,
    description: {
      url: node.url,
      genesisHash: await rpc.send('getGenesisHash'),
      accounts: [treasury.address],
      treasury: {
        address: treasury.address,
        secretKey: treasury.secretKey,
        tokenAccounts: { USDC: usdcAccount },
      },
      contracts: {
        ...mapValues(contractDumps, (dump) => dump.pubkey),
        ...mapValues(feeds, ({ feedId }) => pythFeedAddress(feedId)),
      },
      tokens: mapValues(mints, ({ decimals }, symbol) => ({ address: mintDumps[symbol].pubkey, decimals })),
    },
    bringToPresent: () => bringToPresent(rpc),
  };
}

/** Sets the clock to the real time and publishes the prices. */
async function bringToPresent(rpc) {
  const now = Math.floor(Date.now() / 1000);
  await rpc.send('test_setTime', [now, startSlot]);
  for (const { feedId, price } of Object.values(feeds)) {
    const scaled = (value) => BigInt(Math.round(value * 10 ** -priceExponent));
    const dump = pythPrice({
      feedId,
      price: scaled(price),
      confidence: scaled(price * confidenceShare),
      exponent: priceExponent,
      publishTime: now - priceAgeSeconds,
      postedSlot: startSlot - priceAgeSlots,
    });
    await rpc.send('test_setAccount', [dump]);
  }
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
