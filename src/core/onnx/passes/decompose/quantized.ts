// Products with weights of a few bits, as products with the numbers that the bits stand for: (q − zero point) · scale, a block of
// a row at a time. The runtime works the numbers out when it loads the graph.
import { readInt } from '../../attributes.ts';
import { dataTypeOf } from '../../data-type.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

/** Bytes [n, m] as numbers [n, m · 8 / bits]; the lowest bits come first. */
function unpacked(r: Rewriter, bytes: string, bits: number, like: string): string {
  const numbers = r.op('Cast', [bytes], { to: { int: dataTypeOf(r.datatype(like)) } });
  if (bits === 8) return numbers;
  const base = 2 ** bits;
  const digits: string[] = [];
  let rest = numbers;
  for (let i = 8 / bits; i > 1; i--) {
    const higher = r.op('Floor', [r.op('Mul', [rest, r.scalar(1 / base, like)])]);
    digits.push(r.op('Sub', [rest, r.op('Mul', [higher, r.scalar(base, like)])]));
    rest = higher;
  }
  const columns = [...digits, rest].map(digit => r.op('Unsqueeze', [digit, r.ints([-1])]));
  return r.op('Reshape', [r.op('Concat', columns, { axis: { int: -1 } }), r.ints([0, -1])]);
}

/** com.microsoft.MatMulNBits: A [… , K] times the transposed rows [N, K] that B's bits stand for, + bias. */
const matMulNBits: DecomposeRule = (node, r) => {
  const [a, b, scales, zeros = '', order = '', bias = ''] = node.inputs as [
    string,
    string,
    string,
    ...string[],
  ];
  const bits = readInt(node, 'bits', 4);
  const [rows, columns, block] = [
    readInt(node, 'N', 0),
    readInt(node, 'K', 0),
    readInt(node, 'block_size', 32),
  ];
  if (![2, 4, 8].includes(bits)) r.fail(`its weights have ${bits} bits`);
  if (order !== '') r.fail('its columns are in another order');
  const blocks = Math.ceil(columns / block);
  const perBlock = r.ints([rows, blocks, 1]);
  const zeroPoint = () => {
    if (zeros === '') return r.scalar(2 ** (bits - 1), a);
    if (r.datatype(zeros) !== 'UINT8') return r.op('Reshape', [zeros, perBlock]);
    // Each row begins with a byte of its own.
    const all = unpacked(r, r.op('Reshape', [zeros, r.ints([rows, -1])]), bits, a);
    const own = r.op('Slice', [all, r.ints([0]), r.ints([blocks]), r.ints([1])]);
    return r.op('Reshape', [own, perBlock]);
  };
  const levels = unpacked(r, r.op('Reshape', [b, r.ints([rows, -1])]), bits, a);
  const centred = r.op('Sub', [r.op('Reshape', [levels, r.ints([rows, blocks, block])]), zeroPoint()]);
  const numbers = r.op('Mul', [centred, r.op('Reshape', [scales, perBlock])]);
  const wide = r.op('Reshape', [numbers, r.ints([rows, blocks * block])]);
  const own = r.op('Slice', [wide, r.ints([0]), r.ints([columns]), r.ints([1])]);
  const product = [a, r.op('Transpose', [own], { perm: { ints: [1, 0] } })];
  const [y] = node.outputs as [string];
  if (bias === '') r.opAs(y, 'MatMul', product);
  else r.opAs(y, 'Add', [r.op('MatMul', product), bias]);
};

export const quantizedRules: Readonly<Record<string, DecomposeRule>> = {
  'com.microsoft.MatMulNBits': matMulNBits,
};
