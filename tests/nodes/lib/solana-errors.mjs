// How nodes word the errors of transactions; those that are not here are called by their names.

const transactionErrors = {
  AccountLoadedTwice: 'Account loaded twice',
  AccountNotFound: 'Attempt to debit an account but found no record of a prior credit.',
  ProgramAccountNotFound: 'Attempt to load a program that does not exist',
  InsufficientFundsForFee: 'Insufficient funds for fee',
  InvalidAccountForFee: 'This account may not be used to pay transaction fees',
  AlreadyProcessed: 'This transaction has already been processed',
  BlockhashNotFound: 'Blockhash not found',
  InvalidProgramForExecution: 'This program may not be used for executing instructions',
  SignatureFailure: 'Transaction did not pass signature verification',
  AddressLookupTableNotFound: "Transaction loads an address table account that doesn't exist",
};

const instructionErrors = {
  InvalidArgument: 'invalid program argument',
  InvalidInstructionData: 'invalid instruction data',
  InvalidAccountData: 'invalid account data for instruction',
  InsufficientFunds: 'insufficient funds for instruction',
  IncorrectProgramId: 'incorrect program id for instruction',
  MissingRequiredSignature: 'missing required signature for instruction',
  AccountAlreadyInitialized: 'instruction requires an uninitialized account',
  UninitializedAccount: 'instruction requires an initialized account',
  NotEnoughAccountKeys: 'insufficient account keys for instruction',
};

export function describeError(error) {
  if (typeof error === 'string') {
    return transactionErrors[error] ?? error;
  }
  if (error.InsufficientFundsForRent) {
    const { account_index: index } = error.InsufficientFundsForRent;
    return `Transaction results in an account (${index}) with insufficient funds for rent`;
  }
  if (error.InstructionError) {
    const [index, reason] = error.InstructionError;
    const text = typeof reason === 'string' ? (instructionErrors[reason] ?? reason) : customError(reason);
    return `Error processing Instruction ${index}: ${text}`;
  }
  return JSON.stringify(error);
}

function customError({ Custom: code }) {
  return `custom program error: 0x${code.toString(16)}`;
}
