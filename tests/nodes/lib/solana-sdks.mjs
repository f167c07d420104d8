// The official libraries for Solana, from a folder in which they were installed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const versions = {
  '@solana/web3.js': '1.99.0',
  '@solana/spl-token': '0.4.15',
  '@solana/spl-stake-pool': '1.1.8',
  '@marinade.finance/marinade-ts-sdk': '6.0.0',
  '@sqds/multisig': '2.1.4',
};
const marinadeRoot = '@marinade.finance/marinade-ts-sdk';

export function loadSolanaSdks(folder) {
  for (const [name, version] of Object.entries(versions)) {
    const description = path.join(folder, 'node_modules', name, 'package.json');
    assert.equal(JSON.parse(fs.readFileSync(description, 'utf8')).version, version, `the version of ${name}`);
  }
  const load = createRequire(path.resolve(folder, 'package.json'));
  const web3 = load('@solana/web3.js');
  return {
    web3,
    token: load('@solana/spl-token'),
    stakePool: load('@solana/spl-stake-pool'),
    marinade: new MarinadeInstructions(load, web3),
    squads: load('@sqds/multisig'),
  };
}

/** Marinade's library reads the chain for each transaction; beneath that, its instructions need no connection. */
class MarinadeInstructions {
  #MarinadeState;
  #builder;
  #provider;
  #BN;

  constructor(load, web3) {
    const { AnchorProvider, BN } = load('@coral-xyz/anchor');
    const { MarinadeConfig } = load(marinadeRoot);
    const { MarinadeFinanceProgram } = load(`${marinadeRoot}/dist/src/programs/marinade-finance-program`);
    const { MarinadeState } = load(`${marinadeRoot}/dist/src/marinade-state/marinade-state`);
    this.#BN = BN;
    this.#MarinadeState = MarinadeState;
    // Nobody answers there, and nothing is asked.
    this.#provider = new AnchorProvider(new web3.Connection('http://127.0.0.1:9'), {}, {});
    this.program = new MarinadeConfig().marinadeFinanceProgramId;
    this.#builder = new MarinadeFinanceProgram(this.program, this.#provider);
  }

  /** The accounts of an instruction as Marinade describes them: [{ name, isMut, isSigner }]. */
  accountsOf(instruction) {
    return this.#builder.program.idl.instructions.find(({ name }) => name === instruction).accounts;
  }

  stateAt(address, data) {
    const decoded = this.#builder.program.coder.accounts.decode('state', data);
    const config = { marinadeStateAddress: address, marinadeFinanceProgramId: this.program };
    return new this.#MarinadeState({ config }, this.#provider, decoded, address, this.program);
  }

  deposit(state, { transferFrom, mintTo, lamports }) {
    return this.#builder.depositInstructionBuilder({
      marinadeState: state,
      transferFrom,
      associatedMSolTokenAccountAddress: mintTo,
      amountLamports: new this.#BN(lamports.toString()),
    });
  }

  liquidUnstake(state, { owner, getMsolFrom, msolAmount }) {
    return this.#builder.liquidUnstakeInstructionBuilder({
      marinadeState: state,
      ownerAddress: owner,
      associatedMSolTokenAccountAddress: getMsolFrom,
      amountLamports: new this.#BN(msolAmount.toString()),
    });
  }

  orderUnstake(state, { owner, burnMsolFrom, newTicketAccount, msolAmount }) {
    return this.#builder.orderUnstakeInstructionBuilder({
      marinadeState: state,
      ownerAddress: owner,
      associatedMSolTokenAccountAddress: burnMsolFrom,
      newTicketAccount,
      msolAmount: new this.#BN(msolAmount.toString()),
    });
  }

  claim(state, { ticketAccount, transferSolTo }) {
    return this.#builder.claimInstructionBuilder({ marinadeState: state, ticketAccount, transferSolTo });
  }
}
