import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const startTimeoutMs = 15_000;
const stopTimeoutMs = 2_000;

/** Starts nodes and ends every one of them. */
export class NodeFleet {
  #nodes = new Set();
  #reaper;
  #stopping = false;

  /**
   * Runs a program that listens on a free port of 127.0.0.1 and prints which one, as anvil does, and returns
   * { url, process, stop } when it listens.
   */
  async start({ name, command, args }) {
    if (this.#stopping) {
      throw new Error('The nodes are being stopped');
    }
    this.#startReaper();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#nodes.add(child);
    child.once('exit', () => {
      this.#nodes.delete(child);
      this.#tellReaper(`-${child.pid}`);
    });
    if (child.pid !== undefined) {
      this.#tellReaper(`+${child.pid}`);
    }

    const url = await listeningUrl(name, child);
    return { url, process: child, stop: () => stopProcess(child) };
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

function listeningUrl(name, child) {
  return new Promise((resolve, reject) => {
    let output = '';
    let found = false;
    const timer = setTimeout(
      () => reject(new Error(`${name} did not listen within ${startTimeoutMs} ms; it printed: ${output.slice(-500)}`)),
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
      reject(new Error(`${name} could not be started: ${error.message}`, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended early (${signal ?? code}); it printed: ${output.slice(-500)}`));
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
