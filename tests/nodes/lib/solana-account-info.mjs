// An account as nodes write it.
import { encodeBase58 } from './base58.mjs';
import { errorCodes, invalidParams, RpcError } from './json-rpc-server.mjs';
import { whole } from './solana-params.mjs';

const neverPaysRent = 18_446_744_073_709_551_615n;
const mostBase58Bytes = 128;

/** The account, or null if there is none; the configuration has the encoding and the slice. */
export function accountInfo(account, config) {
  if (!account) {
    return null;
  }
  const { lamports, owner, executable, data } = account;
  return {
    lamports,
    data: encoded(data, config ?? {}),
    owner,
    executable,
    rentEpoch: neverPaysRent,
    space: data.length,
  };
}

/** The bytes, or a slice of them, as [text, encoding]; without an encoding, bare as the first nodes wrote it. */
function encoded(data, { encoding, dataSlice }) {
  const bytes = dataSlice
    ? data.subarray(
        Number(whole(dataSlice.offset, 'offset')),
        Number(whole(dataSlice.offset, 'offset') + whole(dataSlice.length, 'length')),
      )
    : data;
  if (encoding === 'base64') {
    return [bytes.toString('base64'), encoding];
  }
  if (encoding !== undefined && encoding !== 'base58') {
    throw invalidParams(`The encoding ${encoding} is not served here; base64 and base58 are`);
  }
  if (bytes.length > mostBase58Bytes) {
    throw new RpcError(
      errorCodes.invalidRequest,
      'Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.',
    );
  }
  return encoding ? [encodeBase58(bytes), encoding] : encodeBase58(bytes);
}
