import http from 'node:http';

export const errorCodes = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
};

/** A failure that the caller is told as it is. */
export class RpcError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export function invalidParams(message) {
  return new RpcError(errorCodes.invalidParams, message);
}

/** Answers JSON-RPC 2.0, single requests and batches; methods maps names to functions of the array of parameters. */
export function createJsonRpcServer(methods) {
  return http.createServer(async (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(toJson(replyTo(methods, Buffer.concat(chunks).toString())));
  });
}

function replyTo(methods, body) {
  let request;
  try {
    request = JSON.parse(body);
  } catch {
    return failure(null, new RpcError(errorCodes.parse, 'Parse error'));
  }
  return Array.isArray(request) && request.length > 0
    ? request.map((item) => answer(methods, item))
    : answer(methods, request);
}

function answer(methods, request) {
  const id = request?.id ?? null;
  if (request?.jsonrpc !== '2.0' || typeof request.method !== 'string') {
    return failure(id, new RpcError(errorCodes.invalidRequest, 'Invalid request'));
  }
  if (!Object.hasOwn(methods, request.method)) {
    return failure(id, new RpcError(errorCodes.unknownMethod, 'Method not found'));
  }
  const { params = [] } = request;
  if (!Array.isArray(params)) {
    return failure(id, invalidParams('`params` should be an array'));
  }
  try {
    return { jsonrpc: '2.0', result: methods[request.method](params) ?? null, id };
  } catch (error) {
    return failure(id, error instanceof RpcError ? error : new RpcError(errorCodes.internal, error.message));
  }
}

function failure(id, { code, message, data }) {
  return { jsonrpc: '2.0', error: { code, message, data }, id };
}

/** JSON in which big integers are plain numbers, as 64-bit values are in Solana's answers. */
function toJson(value) {
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(toJson).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
