// Low-rank changes as they stand in a graph: put in, found again by their form, taken out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import {
  findLowRankChanges,
  type LowRankChange,
  mergeLowRankChange,
  placeLowRankChange,
  removeLowRankChange,
} from '../../../src/core/onnx/low-rank.ts';
import { body, fp32 } from './body.ts';
import { elements, float32, type Tensor } from '../../../src/core/tensor.ts';

const values = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i));
const tensor = (shape: number[], seed: number): Tensor => float32(shape, values(elements(shape), seed));
const changeOf = (weight: string, shape: readonly number[], rank: number): LowRankChange => ({
  weight,
  left: tensor([shape[0]!, rank], 3),
  right: tensor([rank, elements(shape.slice(1))], 4),
  scale: 0.5,
});

/** x → Conv → Flatten → MatMul with a weight that sits in a Constant → Gemm. */
function net(): Uint8Array<ArrayBuffer> {
  return new GraphBuilder('net')
    .input('x', 'FP32', [-1, 2, 3, 3])
    .initializer('conv', tensor([4, 2, 2, 2], 1))
    .initializer('head', tensor([5, 3], 2))
    .node('Conv', ['x', 'conv'], ['c'])
    .node('Flatten', ['c'], ['f'])
    .node('Constant', [], ['dense'], { value: { tensor: tensor([16, 5], 5) } })
    .node('MatMul', ['f', 'dense'], ['d'])
    .node('Gemm', ['d', 'head'], ['y'])
    .output('y', 'FP32', [-1, 3])
    .build();
}
const shapes: Readonly<Record<string, number[]>> = { conv: [4, 2, 2, 2], dense: [16, 5], head: [5, 3] };

async function answer(file: Uint8Array<ArrayBuffer>): Promise<number[]> {
  const session = await openNodeSession(file);
  const { y } = await session.run({ x: tensor([2, 2, 3, 3], 9) });
  await session.dispose();
  return Array.from(y!.data as Float32Array);
}

describe('a low-rank change', () => {
  it('is α/r · L R, by hand', () => {
    const left = float32([2, 1], [1, 2]);
    const right = float32([1, 3], [1, 0, -1]);
    const weight = float32([2, 3], [0, 0, 0, 1, 1, 1]);
    expect(Array.from(mergeLowRankChange(weight, { left, right, scale: 0.5 }).data as Float32Array)).toEqual([
      0.5, 0, -0.5, 2, 1, 0,
    ]);
  });

  it('reaches readers in nested graphs, and is taken out of them again', async () => {
    const branch = (name: string) =>
      body([], [fp32(`${name}.y`, -1, 3)], graph => graph.add('MatMul', ['x', 'w'], [`${name}.y`]));
    const builder = new GraphBuilder('nested')
      .input('x', 'FP32', [-1, 3])
      .initializer('w', tensor([3, 3], 1));
    builder.initializer('yes', { datatype: 'BOOL', shape: [], data: Uint8Array.of(1) });
    builder.node('If', ['yes'], ['y'], { then_branch: branch('then'), else_branch: branch('else') });
    const file = builder.output('y', 'FP32', [-1, 3]).build();
    const run = async (bytes: Uint8Array<ArrayBuffer>) => {
      const session = await openNodeSession(bytes);
      const { y } = await session.run({ x: tensor([2, 3], 9) });
      await session.dispose();
      return y!.data as Float32Array;
    };
    const change = changeOf('w', [3, 3], 2);
    const graph = Graph.read(file);
    placeLowRankChange(graph, change, [3, 3]);
    const beside = graph.toBytes();
    const within = Graph.read(file);
    within.initializers.set('w', mergeLowRankChange(within.initializers.get('w')!, change));
    const wanted = await run(within.toBytes());
    (await run(beside)).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5));
    const back = Graph.read(beside);
    for (const placed of findLowRankChanges(back)) removeLowRankChange(back, placed);
    expect(await run(back.toBytes())).toEqual(await run(file));
    expect(await run(file)).not.toEqual(wanted);
  });

  it('answers beside its weight as within it, for Conv, MatMul, Gemm and a weight in a Constant', async () => {
    for (const [weight, shape] of Object.entries(shapes)) {
      const change = changeOf(weight, shape, 2);
      const beside = Graph.read(net());
      placeLowRankChange(beside, change, shape);
      const within = Graph.read(net());
      const { data } = mergeLowRankChange(tensor(shape, { conv: 1, dense: 5, head: 2 }[weight]!), change);
      const merged = float32(shape, data as Float32Array<ArrayBuffer>);
      if (weight === 'dense') {
        within.nodes.find(({ op }) => op === 'Constant')!.attributes = { value: { tensor: merged } };
      } else within.initializers.set(weight, merged);
      const [a, b] = [await answer(beside.toBytes()), await answer(within.toBytes())];
      const largest = Math.max(...b.map(Math.abs));
      a.forEach((value, i) => expect(Math.abs(value - b[i]!) / largest).toBeLessThan(1e-5));
      expect(a).not.toEqual(await answer(net()));
    }
  });

  it('is found in a file again, and leaves no trace when it is taken out', () => {
    fc.assert(
      fc.property(
        fc.subarray(Object.keys(shapes)),
        fc.integer({ min: 1, max: 3 }),
        fc.shuffledSubarray(Object.keys(shapes)),
        (weights, rank, order) => {
          const graph = Graph.read(net());
          for (const weight of order.filter(each => weights.includes(each))) {
            placeLowRankChange(graph, changeOf(weight, shapes[weight]!, rank), shapes[weight]!);
          }
          const read = Graph.read(graph.toBytes());
          const found = findLowRankChanges(read);
          expect(found.map(({ weight }) => weight).sort()).toEqual(
            order.filter(each => weights.includes(each)).sort(),
          );
          for (const placed of found) {
            expect(read.initializers.get(placed.left)!.shape).toEqual([shapes[placed.weight]![0], rank]);
            expect(placed.scale).toBe(0.5);
            removeLowRankChange(read, placed);
          }
          expect(read.toBytes()).toEqual(Graph.read(net()).toBytes());
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is none where the product is used elsewhere too, or of a value that is no constant', () => {
    const graph = Graph.read(net());
    const placed = placeLowRankChange(graph, changeOf('head', shapes['head']!, 1), shapes['head']!);
    const copy = graph.copy();
    copy.add('Identity', [placed.nodes[0]!.outputs[0]!], ['other']);
    expect(findLowRankChanges(copy)).toEqual([]);
    const computed = graph.copy();
    computed.nodes.find(({ op }) => op === 'Add')!.inputs[0] = 'd';
    expect(findLowRankChanges(computed)).toEqual([]);
  });
});
