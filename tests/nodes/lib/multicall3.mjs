import { startAnvil } from './anvil.mjs';
import { readCached, writeCached } from './cache.mjs';

export const multicall3Address = '0xcA11bde05977b3631167028862bE2a173976CA11';
const cacheName = 'multicall3.json';

/** The canonical Multicall3's code. Anvil's tempo network has it preloaded at its usual address. */
export async function loadMulticall3(fleet) {
  const cached = readCached(cacheName);
  if (cached) {
    return cached.code;
  }
  const node = await startAnvil(fleet, ['--network', 'tempo']);
  try {
    const code = await node.rpc.send('eth_getCode', [multicall3Address, 'latest']);
    if (code === '0x') {
      throw new Error('This version of anvil has no preloaded Multicall3');
    }
    writeCached(cacheName, { code });
    return code;
  } finally {
    await node.stop();
  }
}

export async function installMulticall3(rpc, code) {
  await rpc.send('anvil_setCode', [multicall3Address, code]);
}
