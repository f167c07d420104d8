// The checksum in the batch files of Safe's Transaction Builder, written from the rules and not from its code:
// Keccak-256 of a serialisation that is like JSON but is not JSON.
import { keccak256, toUtf8Bytes } from 'ethers';

/**
 * Objects start with the list of their names, sorted by UTF-16 units, without a separator after it, and each of their
 * values ends with a comma, the last one too. Everything else is as JSON.stringify writes it, without whitespace.
 */
export function serialize(value) {
  if (Array.isArray(value)) {
    return `[${value.map(serialize).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const names = Object.keys(value).sort();
    const values = names.map((name) => `${serialize(value[name])},`);
    return `{${JSON.stringify(names)}${values.join('')}}`;
  }
  // A member that is present but undefined counts as null, which is also how the file is downloaded.
  return JSON.stringify(value ?? null);
}

/** What is hashed for a file: its name does not matter, so that it can be renamed. */
export function serializedForChecksum(batch) {
  return serialize({ ...batch, meta: { ...batch.meta, name: null } });
}

/** The checksum that belongs into meta.checksum, which itself does not count. */
export function batchChecksum(batch) {
  const { checksum, ...meta } = batch.meta;
  return checksumAsIs({ ...batch, meta });
}

/** The checksum over all that is there, with an earlier meta.checksum if the file has one. */
export function checksumAsIs(batch) {
  return keccak256(toUtf8Bytes(serializedForChecksum(batch)));
}
