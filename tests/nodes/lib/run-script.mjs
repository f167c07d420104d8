import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { rootDirectory } from './cache.mjs';

/** Runs one of the scripts that print a line of JSON, and returns what it says. */
export async function runScript(name, ...args) {
  const { stdout } = await promisify(execFile)(process.execPath, [name, ...args.map(String)], { cwd: rootDirectory });
  return JSON.parse(stdout);
}
