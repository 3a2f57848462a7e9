import { describe, expect, it } from 'vitest';
import { HaversackError } from '../../../../src/core/errors.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { blocked, gradient } from '../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';
import { openNodeSession } from '../../../../server/inference/session.ts';
import { compare } from './finite-differences.ts';
import { numbersIn } from './generate.ts';

function tapeOver(inputs: readonly { readonly shape: readonly number[] }[], datatype: 'FP64' | 'FP32'): Tape {
  const graph = new Graph();
  graph.inputs = inputs.map(({ shape }, i) => ({ name: `x${i}`, datatype, shape: [...shape] }));
  return Tape.over(graph);
}

const total = (tape: Tape, name: string) => tape.op('ReduceSum', [name], { keepdims: { int: 0 } });

async function run(
  tape: Tape,
  output: string,
  feeds: Readonly<Record<string, readonly number[]>>,
): Promise<number[]> {
  tape.graph.outputs = [{ name: output, ...tape.type(output) }];
  const session = await openNodeSession(tape.graph.toBytes());
  const tensors = Object.entries(feeds).map(([name, values]) => {
    const { datatype, shape } = tape.type(name);
    return [
      name,
      { datatype, shape, data: datatype === 'FP64' ? Float64Array.from(values) : Float32Array.from(values) },
    ];
  });
  const answer = await session.run(Object.fromEntries(tensors) as Parameters<typeof session.run>[0]);
  await session.dispose();
  return Array.from(answer[output]!.data as Float64Array);
}

describe('gradient', () => {
  it('of x² + 3x at 2 is 7', async () => {
    const tape = tapeOver([{ shape: [] }], 'FP64');
    const loss = tape.add(tape.mul('x0', 'x0'), tape.mul('x0', 3));
    const dx = gradient(tape, { loss, wrt: ['x0'] }).get('x0')!;
    expect(await run(tape, dx, { x0: [2] })).toEqual([7]);
  });

  it('of one dense layer, computed by hand', async () => {
    // y = W x with W = [[1, 2], [3, 4]], x = (5, 6), ℓ = Σ y²/2: dW = y xᵀ with y = (17, 39).
    const tape = tapeOver([{ shape: [2, 2] }], 'FP64');
    const y = tape.op('MatMul', ['x0', tape.numbers([2, 1], [5, 6], 'FP64')]);
    const loss = total(tape, tape.mul(tape.square(y), 0.5));
    const dW = gradient(tape, { loss, wrt: ['x0'] }).get('x0')!;
    expect(await run(tape, dW, { x0: [1, 2, 3, 4] })).toEqual([85, 102, 195, 234]);
  });

  it('of two convolutions, pooling and dense layers is the central difference', async () => {
    const inputs = [
      numbersIn([2, 1, 6, 6], 1),
      numbersIn([2, 1, 3, 3], 2, { from: -0.5, to: 0.7 }),
      numbersIn([2], 3, { from: 0.1, to: 0.2 }),
      numbersIn([18, 3], 4, { from: -0.5, to: 0.5 }),
      numbersIn([3], 5),
    ];
    const tape = tapeOver(inputs, 'FP32');
    const conv = tape.op('Conv', ['x0', 'x1', 'x2'], { pads: { ints: [1, 1, 1, 1] } });
    const pooled = tape.op('MaxPool', [tape.op('Tanh', [conv])], {
      kernel_shape: { ints: [2, 2] },
      strides: { ints: [2, 2] },
    });
    const logits = tape.op('Gemm', [tape.op('Flatten', [pooled]), 'x3', 'x4']);
    const logs = tape.op('LogSoftmax', [logits]);
    const loss = total(tape, tape.mul(logs, tape.numbers([2, 3], [-1, 0, 0, 0, 0, -1])));
    const grads = gradient(tape, { loss, wrt: inputs.map((_, i) => `x${i}`) });
    await compare(tape.graph, loss, grads, { inputs, datatype: 'FP32', step: 2e-3, tolerance: 2e-2 });
  });

  it('adds up what a value gets from all who read it', async () => {
    const tape = tapeOver([{ shape: [2] }], 'FP64');
    const square = tape.square('x0');
    const loss = total(tape, tape.add(tape.mul(square, 'x0'), tape.add(square, 'x0')));
    const dx = gradient(tape, { loss, wrt: ['x0'] }).get('x0')!;
    // 3x² + 2x + 1
    expect(await run(tape, dx, { x0: [1, 2] })).toEqual([6, 17]);
  });

  it('of what the loss does not depend on is zero', async () => {
    const tape = tapeOver([{ shape: [2] }, { shape: [1, 3] }], 'FP64');
    const loss = total(tape, 'x0');
    const dx = gradient(tape, { loss, wrt: ['x1'] }).get('x1')!;
    expect(tape.shape(dx)).toEqual([1, 3]);
    expect(await run(tape, dx, { x0: [1, 2], x1: [1, 2, 3] })).toEqual([0, 0, 0]);
  });

  it('appends only what is asked for', () => {
    const tape = tapeOver([{ shape: [4, 2, 8] }, { shape: [3, 2, 3] }], 'FP32');
    const loss = total(tape, tape.op('Conv', ['x0', 'x1']));
    const before = tape.graph.nodes.length;
    gradient(tape, { loss, wrt: ['x1'] });
    const added = tape.graph.nodes.slice(before).map(({ op }) => op);
    // That of the weights is a product of patches; the input's would be a ConvTranspose.
    expect(added).toContain('Gemm');
    expect(added).not.toContain('ConvTranspose');
  });

  it('of a weight and a bias that three steps share is one product and one sum', async () => {
    // y_i = x_i W + b, ℓ = Σ_i i Σ y_i: dW = Σ_i i x_iᵀ 1, db = Σ_i i · rows
    const tape = tapeOver([{ shape: [1, 2] }, { shape: [2] }], 'FP64');
    const losses = [1, 2, 3].map(i => {
      const x = tape.numbers([2, 1], [i, 10 * i], 'FP64');
      const y = tape.op('Gemm', [x, 'x0', 'x1']);
      return total(tape, tape.mul(y, i));
    });
    const loss = losses.reduce((sum, each) => tape.add(sum, each));
    const before = tape.graph.nodes.length;
    const grads = gradient(tape, { loss, wrt: ['x0', 'x1'] });
    const added = tape.graph.nodes.slice(before).map(({ op }) => op);
    expect(added.filter(op => op === 'Gemm' || op === 'ReduceSum' || op === 'Add')).toEqual([
      'Gemm',
      'ReduceSum',
    ]);
    const feeds = { x0: [7, 8], x1: [0, 0] };
    // 1 · 11 + 2 · 22 + 3 · 33, and twice 1 + 2 + 3
    expect(await run(tape, grads.get('x0')!, feeds)).toEqual([154, 154]);
    expect(await run(tape, grads.get('x1')!, feeds)).toEqual([12, 12]);
  });

  it('of more than one element is refused', () => {
    const tape = tapeOver([{ shape: [2] }], 'FP64');
    expect(() => gradient(tape, { loss: tape.square('x0'), wrt: ['x0'] })).toThrow(
      /\[2\], wanted one element/,
    );
  });
});

describe('an operator without a gradient', () => {
  /** x0 → Det → × x1 → Σ: nothing has a rule for Det. */
  function withDet(): { tape: Tape; loss: string } {
    const tape = tapeOver([{ shape: [2, 2] }, { shape: [3] }], 'FP32');
    tape.graph.add('Det', ['x0'], ['det'], { name: 'determinant' });
    tape.declare('det', { datatype: 'FP32', shape: [] });
    return { tape, loss: total(tape, tape.mul('x1', 'det')) };
  }

  it('is named, with the parameters that it blocks', () => {
    const { tape, loss } = withDet();
    const attempt = () => gradient(tape, { loss, wrt: ['x0', 'x1'] });
    expect(attempt).toThrow(HaversackError);
    expect(attempt).toThrow("Det 'determinant' has no gradient: it blocks 'x0'.");
    expect(blocked(tape, { loss, wrt: ['x0', 'x1'] })).toMatchObject([
      { node: { name: 'determinant' }, parameters: ['x0'] },
    ]);
  });

  it('leaves what is not upstream of it to be trained', async () => {
    const { tape, loss } = withDet();
    const dx = gradient(tape, { loss, wrt: ['x1'] }).get('x1')!;
    expect(await run(tape, dx, { x0: [2, 0, 0, 4], x1: [0, 0, 0] })).toEqual([8, 8, 8]);
  });
});

describe('what is constant but for jumps', () => {
  it('has a gradient of zero and blocks nothing', async () => {
    const tape = tapeOver([{ shape: [3] }], 'FP64');
    const whole = tape.op('Floor', ['x0']);
    const isLarge = tape.cast(tape.greater('x0', 1), 'FP64');
    const loss = total(tape, tape.add(tape.mul(isLarge, 'x0'), whole));
    const dx = gradient(tape, { loss, wrt: ['x0'] }).get('x0')!;
    expect(await run(tape, dx, { x0: [0.5, 1.5, 2.5] })).toEqual([0, 1, 1]);
  });
});
