// What the programs that write test vectors share.
import assert from 'node:assert/strict';
import fs from 'node:fs';

/** The value on which two independent libraries agree. */
export function agreed(what, fromEthers, fromViem) {
  assert.deepEqual(fromEthers, fromViem, `ethers and viem disagree on ${what}`);
  return fromEthers;
}

/** Numbers become decimal strings, because JSON's own numbers are too small. */
export function toJson(value) {
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  return typeof value === 'bigint' ? value.toString() : value;
}

/** The same for the members of an object. */
export function membersToJson(object) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, toJson(value)]));
}

/** Sections are lists of vectors; one vector in each line keeps the file small and its changes readable. */
export function writeVectors(file, sections) {
  const parts = Object.entries(sections).map(
    ([name, vectors]) => `"${name}": [\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]`,
  );
  fs.writeFileSync(file, `{\n${parts.join(',\n')}\n}\n`);
  const counts = Object.entries(sections).map(([name, vectors]) => `${vectors.length} ${name}`);
  console.error(`${file}: ${counts.join(', ')}`);
}
