/** The transactions that were executed, the oldest first. */
export class SolanaHistory {
  #records = [];
  #bySignature = new Map();
  #messages = new Set();
  #blockTimes = new Map();

  /** A record has { signature, slot, blockTime, error, bytes, transaction, addresses } and what came of it. */
  add(record) {
    this.#records.push(record);
    this.#bySignature.set(record.signature, record);
    this.#messages.add(record.transaction.messageBytes.toString('base64'));
    this.#blockTimes.set(record.slot, record.blockTime);
  }

  get(signature) {
    return this.#bySignature.get(signature);
  }

  /** When a slot's transaction was executed, or undefined for a slot without one. */
  blockTime(slot) {
    return this.#blockTimes.get(slot);
  }

  /** Whether a message was executed, whoever signs it now. */
  hasMessage(bytes) {
    return this.#messages.has(bytes.toString('base64'));
  }

  /**
   * Those that name an address, the newest first: older than one signature and newer than another. As on a node,
   * nothing is older than a signature that is unknown, and everything is newer.
   */
  of(address, { before, until, limit }) {
    const end = before ? this.#records.indexOf(this.get(before)) : this.#records.length;
    const start = until ? this.#records.indexOf(this.get(until)) + 1 : 0;
    return this.#records
      .slice(start, Math.max(start, end))
      .filter(({ addresses }) => addresses.includes(address))
      .reverse()
      .slice(0, limit);
  }
}
