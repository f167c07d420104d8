// Types and values for the ABI vectors. A type is kept as a small tree that can be written
// as text (for ethers and for the vectors) and as an ABI parameter (for viem).
import { getAddress } from 'ethers';

const texts = ['', 'a', 'USD Coin', 'exactly thirty-two bytes of text', 'Zürich – 東京 – 🚀', 'x'.repeat(70)];

const simple = (name) => ({ name });
const array = (element, length) => ({ element, length });
const tuple = (...members) => ({ members });

function text(type) {
  if (type.members) {
    return `(${type.members.map(text).join(',')})`;
  }
  return type.element ? `${text(type.element)}[${type.length ?? ''}]` : type.name;
}

function viemParameter(type) {
  if (type.members) {
    return { type: 'tuple', components: type.members.map(viemParameter) };
  }
  if (type.element) {
    const element = viemParameter(type.element);
    return { ...element, type: `${element.type}[${type.length ?? ''}]` };
  }
  return { type: type.name };
}

function makeCase(types, values) {
  return { types: types.map(text), viemTypes: types.map(viemParameter), values };
}

/** Values at the limits of each type, and shapes that encoders get wrong most often. */
export function edgeCases() {
  const uint256 = simple('uint256');
  const string = simple('string');
  const bytes = simple('bytes');
  const cases = [
    makeCase([simple('bool')], [true]),
    makeCase([simple('bool')], [false]),
    makeCase([simple('address')], [getAddress(`0x${'f'.repeat(40)}`)]),
    makeCase([array(uint256)], [[]]),
    makeCase([array(array(uint256))], [[]]),
    makeCase([array(array(uint256))], [[[], [1n], [2n, 3n]]]),
    makeCase([array(array(uint256, 2))], [[[1n, 2n], [3n, 4n]]]),
    makeCase([array(array(uint256), 2)], [[[1n], [2n, 3n]]]),
    makeCase([array(string, 2)], [['', 'second']]),
    makeCase([array(bytes)], [['0x', `0x${'ab'.repeat(33)}`]]),
    makeCase([tuple(uint256, uint256), uint256], [[1n, 2n], 3n]),
    makeCase([tuple(uint256, string), uint256], [[1n, 'dynamic tuple'], 3n]),
    makeCase([array(tuple(simple('address'), simple('bool'), bytes))], [
      [
        [getAddress(`0x${'11'.repeat(20)}`), true, '0x313ce567'],
        [getAddress(`0x${'22'.repeat(20)}`), false, '0x'],
      ],
    ]),
    makeCase([array(tuple(simple('bool'), bytes))], [[[true, `0x${'01'.repeat(32)}`], [false, '0x']]]),
    makeCase([tuple(tuple(tuple(string), array(uint256)), bytes)], [[[['deep'], [7n]], '0x00']]),
    makeCase([string, uint256, bytes, array(uint256, 3)], ['head and tail', 1n, '0xff', [1n, 2n, 3n]]),
  ];
  for (let width = 8; width <= 256; width += 8) {
    const bits = BigInt(width);
    cases.push(makeCase([simple(`uint${width}`)], [(1n << bits) - 1n]));
    cases.push(
      makeCase([simple(`int${width}`), simple(`int${width}`)], [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]),
    );
    const size = width / 8;
    cases.push(makeCase([simple(`bytes${size}`)], [`0x${'a5'.repeat(size)}`]));
  }
  for (const length of [0, 1, 31, 32, 33, 63, 64, 65]) {
    cases.push(makeCase([bytes], [`0x${'c3'.repeat(length)}`]));
    cases.push(makeCase([string], ['s'.repeat(length)]));
  }
  return cases;
}

export function randomCase(random) {
  const types = Array.from({ length: 1 + random.below(4) }, () => randomType(random, 0));
  return makeCase(
    types,
    types.map((type) => randomValue(random, type)),
  );
}

function randomType(random, depth) {
  const shape = random.below(10);
  if (depth < 3 && shape < 2) {
    return array(randomType(random, depth + 1));
  }
  if (depth < 3 && shape < 3) {
    return array(randomType(random, depth + 1), 1 + random.below(3));
  }
  if (depth < 3 && shape < 5) {
    return tuple(...Array.from({ length: 1 + random.below(4) }, () => randomType(random, depth + 1)));
  }
  const width = 8 * (1 + random.below(32));
  return simple(
    random.pick(['address', 'bool', `uint${width}`, `int${width}`, 'uint256', `bytes${width / 8}`, 'bytes', 'string']),
  );
}

function randomValue(random, type) {
  if (type.members) {
    return type.members.map((member) => randomValue(random, member));
  }
  if (type.element) {
    const length = type.length ?? random.below(4);
    return Array.from({ length }, () => randomValue(random, type.element));
  }
  return randomSimpleValue(random, type.name);
}

function randomSimpleValue(random, name) {
  const [, base, digits] = /^([a-z]+)(\d*)$/.exec(name);
  const size = Number(digits);
  switch (base) {
    case 'address':
      return getAddress(random.hex(20));
    case 'bool':
      return random.below(2) === 1;
    case 'string':
      return random.pick(texts);
    case 'bytes':
      return random.hex(digits === '' ? random.below(70) : size);
    case 'uint':
      // Numbers of every magnitude, and not only large ones.
      return random.bits(1 + random.below(size));
    case 'int': {
      const magnitude = random.bits(random.below(size));
      return random.below(2) === 1 ? -magnitude : magnitude;
    }
    default:
      throw new Error(`No values for ${name}`);
  }
}
