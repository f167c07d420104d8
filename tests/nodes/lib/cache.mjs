import fs from 'node:fs';
import path from 'node:path';
import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';

export const rootDirectory = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const cacheDirectory = path.join(rootDirectory, '.cache');

/** A short hash of anything that can be written as JSON; used in the names of cached files. */
export function hashOf(value) {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 24);
}

/** The cached value, or undefined where there is none. */
export function readCached(name) {
  try {
    return JSON.parse(fs.readFileSync(path.join(cacheDirectory, name), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

/** Writes to a temporary file and renames it: instances that run in parallel never read half a file. */
export function writeCached(name, value) {
  fs.mkdirSync(cacheDirectory, { recursive: true });
  const target = path.join(cacheDirectory, name);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    fs.writeFileSync(temporary, JSON.stringify(value));
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
