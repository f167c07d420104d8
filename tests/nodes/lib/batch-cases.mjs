// Random batch files for Safe's Transaction Builder.
import { getAddress } from 'ethers';

const texts = ['', 'plain', 'Zürich – 東京 – 🚀', 'quote " backslash \\ slash / tab \t line \n', 'control \u0001 delete \u007f', '<&\'>+\u2028'];
const inputTypes = ['address', 'uint256', 'bool', 'bytes', 'string', 'uint256[]', 'bytes32', 'int24'];
// Names whose order differs between alphabets, numbers, code points and UTF-16 units.
const inputNames = ['amount', 'Amount', '_to', 'to', '10', '9', 'a', 'ä', 'Z', '\uff5e', '😀', '', 'a b', '"'];

/** Each is a list of how its transactions are written. */
const shapes = [
  ['nulls'],
  ['call'],
  ['absent'],
  ['undefinedData', 'undefinedMethod'],
  ['call', 'nulls', 'absent'],
  ['noInputs', 'tuple'],
  [],
  ['tuple', 'call', 'undefinedMethod', 'noInputs', 'nulls'],
  ['nullMethod', 'manyInputs'],
  ['oddValues', 'manyInputs', 'absent'],
];

/** Batches as a program holds them: members can be undefined, and some already have a checksum. */
export function batchCases(random) {
  return shapes.map((transactions, index) => ({
    version: '1.0',
    chainId: String(random.pick([1, 10, 137, 8453, 42161])),
    createdAt: 1_700_000_000_000 + random.below(1_000_000_000),
    meta: meta(random, index),
    transactions: transactions.map((shape) => ({
      to: getAddress(random.hex(20)),
      value: random.pick(['0', random.bits(70).toString()]),
      ...content(random, shape),
    })),
  }));
}

function meta(random, index) {
  const full = {
    name: random.pick(texts),
    description: texts[index % texts.length],
    txBuilderVersion: '1.17.1',
    createdFromSafeAddress: getAddress(random.hex(20)),
    createdFromOwnerAddress: index % 3 === 1 ? undefined : '',
  };
  switch (index % 4) {
    case 1:
      return { checksum: random.hex(32), ...full };
    case 2:
      return { ...full, checksum: '' };
    case 3:
      return { name: full.name, txBuilderVersion: undefined };
    default:
      return full;
  }
}

function content(random, shape) {
  switch (shape) {
    case 'nulls':
      return { data: random.hex(random.below(80)), contractMethod: null, contractInputsValues: null };
    case 'absent':
      return { data: random.hex(4 + 32 * random.below(3)) };
    case 'undefinedMethod':
      return { data: random.hex(36), contractMethod: undefined, contractInputsValues: undefined };
    case 'undefinedData':
      return { data: undefined, ...call(random, 2) };
    case 'nullMethod':
      return { data: null, contractMethod: null, contractInputsValues: {} };
    case 'call':
      return { data: null, ...call(random, 1 + random.below(3)) };
    case 'manyInputs':
      return { data: null, ...call(random, inputNames.length) };
    case 'noInputs':
      return {
        data: null,
        contractMethod: { inputs: [], name: 'deposit', payable: true },
        contractInputsValues: {},
      };
    case 'tuple':
      return tupleCall(random);
    case 'oddValues':
      // No wallet writes these, but the serialisation is defined for them.
      return {
        data: '0x',
        contractMethod: { inputs: [[], [[]], {}, [null, undefined, 1]], name: '', payable: null },
        contractInputsValues: { list: ['1', ['2', []]], flag: true, number: 1.5, large: 1e21, zero: -0, object: {} },
      };
    default:
      throw new Error(`No transaction is called ${shape}`);
  }
}

function call(random, count) {
  const first = random.below(inputNames.length);
  const names = Array.from({ length: count }, (_, index) => inputNames[(first + index) % inputNames.length]);
  const inputs = names.map((name) => {
    const type = random.pick(inputTypes);
    return { internalType: type, name, type };
  });
  const values = Object.fromEntries(
    inputs.map(({ name, type }) => [name, type === 'string' ? random.pick(texts) : inputValue(random, type)]),
  );
  return {
    contractMethod: { inputs, name: random.pick(['approve', 'supply', 'deposit']), payable: random.below(2) === 1 },
    contractInputsValues: values,
  };
}

/** Values are texts as a person would type them. */
function inputValue(random, type) {
  switch (type) {
    case 'address':
      return getAddress(random.hex(20));
    case 'bool':
      return random.pick(['true', 'false']);
    case 'bytes':
      return random.hex(random.below(40));
    case 'bytes32':
      return random.hex(32);
    case 'uint256[]':
      return `[${random.bits(60)}, ${random.bits(200)}]`;
    default:
      return random.bits(20).toString();
  }
}

function tupleCall(random) {
  const components = [
    { internalType: 'address', name: 'tokenIn', type: 'address' },
    { internalType: 'uint256', name: 'amountIn', type: 'uint256' },
  ];
  return {
    data: null,
    contractMethod: {
      inputs: [{ components, internalType: 'struct ISwapRouter.Params', name: 'params', type: 'tuple' }],
      name: 'exactInputSingle',
      payable: true,
    },
    contractInputsValues: { params: `["${getAddress(random.hex(20))}","${random.bits(80)}"]` },
  };
}
