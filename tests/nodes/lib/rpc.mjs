const requestTimeoutMs = 20_000;
const receiptTimeoutMs = 10_000;
// Enough for the largest contract; a fixed limit saves one gas estimation for each transaction.
const transactionGas = '0xf42400';

/** A small JSON-RPC client for a node whose accounts are unlocked. */
export class Rpc {
  #nextId = 1;

  constructor(url) {
    this.url = url;
  }

  async send(method, params = []) {
    let reply;
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: this.#nextId++, method, params }),
        signal: AbortSignal.timeout(requestTimeoutMs),
      });
      reply = await response.json();
    } catch (error) {
      throw new Error(`${method} at ${this.url} failed: ${error.cause?.message ?? error.message}`, { cause: error });
    }
    if (reply.error) {
      const error = new Error(`${method}: ${reply.error.message}`);
      error.code = reply.error.code;
      error.data = reply.error.data;
      throw error;
    }
    return reply.result;
  }

  /** Sends a transaction, waits for its receipt and fails if it reverted. */
  async transact(transaction) {
    const request = { gas: transactionGas, ...transaction };
    const hash = await this.send('eth_sendTransaction', [request]);
    const deadline = Date.now() + receiptTimeoutMs;
    let receipt = await this.send('eth_getTransactionReceipt', [hash]);
    while (receipt === null) {
      if (Date.now() > deadline) {
        throw new Error(`No receipt of transaction ${hash} within ${receiptTimeoutMs} ms`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
      receipt = await this.send('eth_getTransactionReceipt', [hash]);
    }
    if (receipt.status !== '0x1') {
      // A receipt does not say why; repeating the transaction as a call does.
      const failure = new Error(`Transaction ${hash} reverted`);
      await this.send('eth_call', [request, 'latest']).catch((error) => {
        failure.message += `: ${error.message}`;
        failure.data = error.data;
      });
      throw failure;
    }
    return receipt;
  }

  async timestamp() {
    const block = await this.send('eth_getBlockByNumber', ['latest', false]);
    return Number(block.timestamp);
  }

  async mine() {
    await this.send('evm_mine');
  }

  async advanceTime(seconds) {
    await this.send('evm_increaseTime', [seconds]);
  }

  /** Runs an action and takes back what it did to the chain, the passing of time included. */
  async undone(action) {
    const snapshot = await this.send('evm_snapshot');
    try {
      return await action();
    } finally {
      await this.send('evm_revert', [snapshot]);
    }
  }

  /** Runs an action that sends transactions as an account without a key. */
  async impersonate(address, action) {
    await this.send('anvil_setBalance', [address, '0xde0b6b3a7640000']);
    await this.send('anvil_impersonateAccount', [address]);
    try {
      return await action();
    } finally {
      await this.send('anvil_stopImpersonatingAccount', [address]);
    }
  }
}
