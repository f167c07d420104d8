import { createRequire } from 'node:module';
import path from 'node:path';
import { Rpc } from './rpc.mjs';

const require = createRequire(import.meta.url);

/** Starts anvil and returns { rpc, url, process, stop } when it answers. */
export async function startAnvil(fleet, args) {
  const node = await fleet.start({
    name: 'anvil',
    command: anvilBinary(),
    // Port 0 lets the operating system choose, so instances never collide; anvil prints the choice.
    args: ['--host', '127.0.0.1', '--port', '0', ...args],
  });
  return { rpc: new Rpc(node.url), ...node };
}

function anvilBinary() {
  const platform = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const file = process.platform === 'win32' ? 'bin/anvil.exe' : 'bin/anvil';
  try {
    return path.join(path.dirname(require.resolve(`${platform}/package.json`)), file);
  } catch (error) {
    throw new Error(`${platform} is not installed; run "npm ci" in the folder of this program`, { cause: error });
  }
}
