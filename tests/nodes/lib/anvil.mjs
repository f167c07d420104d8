import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rpc } from './rpc.mjs';

const require = createRequire(import.meta.url);
const startTimeoutMs = 15_000;
const stopTimeoutMs = 2_000;

/** Starts nodes and ends every one of them. */
export class NodeFleet {
  #nodes = new Set();
  #reaper;
  #stopping = false;

  /** Starts anvil on a free port of 127.0.0.1 and returns { rpc, url, stop } when it answers. */
  async start(args) {
    if (this.#stopping) {
      throw new Error('The nodes are being stopped');
    }
    this.#startReaper();
    // Port 0 lets the operating system choose, so instances never collide; anvil prints the choice.
    const child = spawn(anvilBinary(), ['--host', '127.0.0.1', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#nodes.add(child);
    child.once('exit', () => {
      this.#nodes.delete(child);
      this.#tellReaper(`-${child.pid}`);
    });
    if (child.pid !== undefined) {
      this.#tellReaper(`+${child.pid}`);
    }

    const url = await listeningUrl(child);
    return { rpc: new Rpc(url), url, process: child, stop: () => stopProcess(child) };
  }

  /** Ends all nodes; the reaper ends with this process. */
  async stopAll() {
    this.#stopping = true;
    await Promise.all([...this.#nodes].map(stopProcess));
  }

  #startReaper() {
    if (this.#reaper) {
      return;
    }
    const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'reaper.mjs');
    this.#reaper = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'] });
    // The reaper is only a second safety net, so its failure is no reason to fail.
    this.#reaper.on('error', () => {});
    this.#reaper.stdin.on('error', () => {});
  }

  #tellReaper(line) {
    if (this.#reaper.stdin.writable) {
      this.#reaper.stdin.write(`${line}\n`);
    }
  }
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

function listeningUrl(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    let found = false;
    const timer = setTimeout(
      () => reject(new Error(`anvil did not listen within ${startTimeoutMs} ms; it printed: ${output.slice(-500)}`)),
      startTimeoutMs,
    );
    // Reading goes on after the port is known: a full pipe would block the node.
    const read = (chunk) => {
      if (found) {
        return;
      }
      output += chunk;
      const match = /Listening on (127\.0\.0\.1:\d+)/.exec(output);
      if (match) {
        found = true;
        clearTimeout(timer);
        resolve(`http://${match[1]}`);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`anvil could not be started: ${error.message}`, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`anvil ended early (${signal ?? code}); it printed: ${output.slice(-500)}`));
    });
  });
}

function stopProcess(child) {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
