import { Interface } from 'ethers';

export const zeroAddress = `0x${'0'.repeat(40)}`;
export const maxUint256 = (1n << 256n) - 1n;

/** A contract at an address, with the account that its transactions come from. */
export class Contract {
  constructor(rpc, address, abi, from) {
    this.rpc = rpc;
    this.address = address;
    this.interface = abi instanceof Interface ? abi : new Interface(abi);
    this.from = from;
  }

  /** The same contract, used by another account. */
  as(from) {
    return new Contract(this.rpc, this.address, this.interface, from);
  }

  async send(method, ...args) {
    return this.pay(0n, method, ...args);
  }

  /** Sends a transaction with this much ether, in wei. */
  async pay(amount, method, ...args) {
    const data = this.interface.encodeFunctionData(method, args);
    const value = `0x${amount.toString(16)}`;
    return withReason(this.interface, method, () =>
      this.rpc.transact({ from: this.from, to: this.address, data, value }),
    );
  }

  /** Calls a function without a transaction; a single result is returned bare. */
  async read(method, ...args) {
    const data = this.interface.encodeFunctionData(method, args);
    const result = await withReason(this.interface, method, () =>
      this.rpc.send('eth_call', [{ from: this.from, to: this.address, data }, 'latest']),
    );
    const values = this.interface.decodeFunctionResult(method, result);
    return values.length === 1 ? values[0] : values;
  }
}

/** The arguments of the contract's events of this name in a receipt. */
export function eventsOf({ address, interface: abi }, receipt, name) {
  const { topicHash } = abi.getEvent(name);
  return receipt.logs
    .filter((log) => log.address === address.toLowerCase() && log.topics[0] === topicHash)
    .map((log) => abi.parseLog(log).args);
}

/** Deploys an artifact; libraries maps the names in its link references to addresses. */
export async function deploy(rpc, from, artifact, args = [], libraries = {}) {
  const abi = new Interface(artifact.abi);
  const data = link(artifact, libraries) + abi.encodeDeploy(args).slice(2);
  const receipt = await withReason(abi, 'constructor', () => rpc.transact({ from, data }));
  return new Contract(rpc, receipt.contractAddress, abi, from);
}

function link(artifact, libraries) {
  let code = artifact.bytecode;
  for (const references of Object.values(artifact.linkReferences ?? {})) {
    for (const [name, places] of Object.entries(references)) {
      if (!libraries[name]) {
        throw new Error(`The library ${name} is not deployed yet`);
      }
      const address = libraries[name].slice(2).toLowerCase();
      for (const { start, length } of places) {
        // Two hex digits for each byte, after the leading 0x.
        code = code.slice(0, 2 + start * 2) + address + code.slice(2 + (start + length) * 2);
      }
    }
  }
  return code;
}

/** Adds the function's name and the decoded custom error to a failure. */
async function withReason(abi, method, action) {
  try {
    return await action();
  } catch (error) {
    let reason = '';
    if (typeof error.data === 'string') {
      const decoded = abi.parseError(error.data);
      reason = decoded ? ` (${decoded.name} ${decoded.args.join(', ')})` : ` (${error.data.slice(0, 138)})`;
    }
    throw new Error(`${method}: ${error.message}${reason}`, { cause: error });
  }
}
