// Files that nobody exports: what a model could do to who reads it, written field by field (onnx.proto of ONNX 1.20).
import { joinBytes } from '../../../src/core/join-bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const text = new TextEncoder();

function varint(value: bigint | number): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
}

/** A number, or what is length-delimited. */
export function field(number: number, content: bigint | number | string | Bytes): Bytes {
  if (typeof content === 'bigint' || typeof content === 'number') {
    return joinBytes([varint(number * 8), varint(content)]);
  }
  const bytes = typeof content === 'string' ? text.encode(content) : content;
  return joinBytes([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export const message = (...fields: readonly Bytes[]): Bytes => joinBytes(fields);

export const node = (opType: string, input: string, output: string, ...more: Bytes[]): Bytes =>
  message(field(1, input), field(2, output), field(4, opType), ...more);

/** FP32 of that shape. */
export function value(name: string, dims: readonly (bigint | number)[]): Bytes {
  const shape = message(...dims.map(dim => field(1, field(1, dim))));
  return message(field(1, name), field(2, field(1, message(field(1, 1), field(2, shape)))));
}

const x = field(11, value('x', [1]));
const y = field(12, value('y', [1]));

/** A model with that graph, which has `x` and `y` already. */
export function modelOf(graph: readonly Bytes[], ...more: readonly Bytes[]): Bytes {
  return bareModel(message(field(2, 'g'), ...graph, x, y), ...more);
}

function bareModel(graph: Bytes, ...more: readonly Bytes[]): Bytes {
  return message(field(1, 10), field(7, graph), field(8, message(field(1, ''), field(2, 21))), ...more);
}

const last = field(1, node('Identity', 'x', 'y'));

/** `If` in `If` in `If`. */
export function nestedGraphs(levels: number): Bytes {
  let graph: Bytes = last;
  for (let level = 1; level < levels; level += 1) {
    const branch = message(field(1, 'then_branch'), field(6, graph), field(20, 5));
    graph = field(1, node('If', 'x', 'y', field(5, branch)));
  }
  return modelOf([graph]);
}

/** An input that is a sequence of sequences of … numbers. */
export function nestedTypes(levels: number): Bytes {
  let type: Bytes = field(1, field(1, 1));
  for (let level = 1; level < levels; level += 1) type = field(4, field(1, type));
  return modelOf([last, field(11, message(field(1, 'deep'), field(2, type)))]);
}

export function manyNodes(count: number): Bytes {
  return modelOf([repeated(field(1, node('Relu', 'x', '')), count), last]);
}

export function manyTensors(count: number): Bytes {
  return modelOf([last, repeated(field(5, field(8, 'w')), count)]);
}

function repeated(bytes: Bytes, count: number): Bytes {
  const all = new Uint8Array(bytes.length * count);
  for (let i = 0; i < count; i += 1) all.set(bytes, i * bytes.length);
  return all;
}

/** Each function calls the next one ten times: 10^levels nodes ("billion laughs", as XML entities did it). */
export function billionLaughs(levels: number): Bytes {
  const functionOf = (level: number) => {
    const called = level + 1 < levels ? `f${level + 1}` : 'Relu';
    const domain = level + 1 < levels ? [field(7, 'lol')] : [];
    const calls = Array.from({ length: 10 }, (_, i) =>
      field(7, node(called, i === 0 ? 'a' : `b${i - 1}`, `b${i}`, ...domain)),
    );
    const opset = (name: string) => field(9, message(field(1, name), field(2, name === '' ? 21 : 1)));
    return field(
      25,
      message(
        field(1, `f${level}`),
        field(4, 'a'),
        field(5, 'b9'),
        ...calls,
        opset(''),
        opset('lol'),
        field(10, 'lol'),
      ),
    );
  };
  const functions = Array.from({ length: levels }, (_, level) => functionOf(level));
  const imports = field(8, message(field(1, 'lol'), field(2, 1)));
  return modelOf([field(1, node('f0', 'x', 'y', field(7, 'lol')))], imports, ...functions);
}

/** A function that calls itself. */
export function selfCall(): Bytes {
  const call = (number: number, input: string, output: string) =>
    field(number, node('f', input, output, field(7, 'lol')));
  const opset = field(9, message(field(1, 'lol'), field(2, 1)));
  const recursive = field(
    25,
    message(field(1, 'f'), field(4, 'a'), field(5, 'b'), call(7, 'a', 'b'), opset, field(10, 'lol')),
  );
  return modelOf([call(1, 'x', 'y')], field(8, message(field(1, 'lol'), field(2, 1))), recursive);
}

/** Two nodes that wait for each other. */
export function cycle(): Bytes {
  return modelOf([field(1, node('Relu', 'b', 'a')), field(1, node('Relu', 'a', 'b')), last]);
}

/** A weight of 2^63 − 1 rows of as many numbers. */
export function hugeWeight(): Bytes {
  const dim = 2n ** 63n - 1n;
  return modelOf([last, field(5, message(field(1, dim), field(1, dim), field(2, 1), field(8, 'w')))]);
}

export function negativeWeight(): Bytes {
  return modelOf([
    last,
    field(5, message(field(1, -1n), field(2, 1), field(8, 'w'), field(9, new Uint8Array(4)))),
  ]);
}

export function hugeInput(): Bytes {
  return modelOf([last, field(11, value('z', [2n ** 40n, 2n ** 40n]))]);
}

export function longName(bytes: number): Bytes {
  return modelOf([last, field(1, node('Relu', 'x', 'z'.repeat(bytes)))]);
}

export function longDocumentation(bytes: number): Bytes {
  return modelOf([last], field(6, 'z'.repeat(bytes)));
}

/** Says that 2^60 bytes follow. */
export function hugeLength(): Bytes {
  return joinBytes([field(1, 10), varint(7 * 8 + 2), varint(2n ** 60n), new Uint8Array(8)]);
}

/** A number that does not end. */
export function endlessNumber(): Bytes {
  return joinBytes([field(1, 10), varint(7 * 8), new Uint8Array(20).fill(0xff)]);
}

/** Groups, which protobuf gave up, in groups, in a field that onnx.proto does not have. */
export function nestedGroups(levels: number): Bytes {
  const groups = new Uint8Array(levels * 2);
  // Field 15: the start of a group, and its end.
  groups.fill(15 * 8 + 3, 0, levels).fill(15 * 8 + 4, levels);
  return modelOf([last], field(14, message(field(1, 'k'), groups)));
}

export function outsideWeight(location: string): Bytes {
  const entry = (key: string, content: string) => field(13, message(field(1, key), field(2, content)));
  const weight = message(field(1, 1), field(2, 1), field(8, 'w'), entry('location', location), field(14, 1));
  return modelOf([last, field(5, weight)]);
}

/** The answer is a sequence: no client can ask for it. */
export function sequenceOutput(): Bytes {
  const type = field(4, field(1, field(1, field(1, 1))));
  return bareModel(
    message(
      field(2, 'g'),
      field(1, node('SequenceConstruct', 'x', 's')),
      x,
      field(12, message(field(1, 's'), field(2, type))),
    ),
  );
}

/** Nothing wrong with it. */
export const plainModel = (): Bytes => modelOf([last]);
