import { describe, expect, it, vi } from 'vitest';
import type { NodeDef } from '../../../../src/core/import/tfjs-graph/graph-def.ts';
import { importGraphModel } from '../../../../src/core/import/tfjs-graph/import-graph-model.ts';
import { loopFinder } from '../../../../src/core/import/tfjs-graph/loop.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { answersOfOnnx } from './against-tfjs.ts';
import { attribute, filesOf, floats, type SmallGraph, whole } from './graphs.ts';
import { addOne, refusal, withJson } from './refusal.ts';

const { int, text } = attribute;

describe('what comes out', () => {
  it('has the names and shapes of the original', async () => {
    const imported = importGraphModel(filesOf(addOne));
    expect(imported.interface.inputs).toEqual([
      { name: 'x', datatype: 'FP32', shape: [-1, 2], meaning: null },
    ]);
    expect(imported.interface.outputs.map(({ name }) => name)).toEqual(['y']);
    const feeds = { x: { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } } as const;
    const answers = await answersOfOnnx(imported.model, feeds);
    expect(answers.get('y')).toEqual({ shape: [2, 2], data: Float32Array.of(2, 3, 4, 5) });
  });

  it('is what nobody reads, where there is no signature', () => {
    const files = withJson(addOne, ({ signature: _, ...json }) => json);
    expect(importGraphModel(files).interface.outputs.map(({ name }) => name)).toEqual(['y']);
  });

  it('is one row at a time where the graph says so in the middle, and a note says that', () => {
    const rows: SmallGraph = {
      ...addOne,
      constants: { sizes: whole([1, 2]) },
      nodes: [{ op: 'Reshape', name: 'y', inputs: ['x', 'sizes'] }],
    };
    const { interface: given, notes } = importGraphModel(filesOf(rows));
    expect(given.inputs[0]!.shape).toEqual([1, 2]);
    expect(notes).toEqual([{ code: 'oneRow', inputs: ['x'] }]);
  });

  it('takes as many rows as come where their number is only asked for', () => {
    const asked: SmallGraph = {
      ...addOne,
      constants: { from: whole([0]), to: whole([1]), step: whole([1]), two: whole([2], []) },
      nodes: [
        { op: 'Shape', name: 'shape', inputs: ['x'] },
        {
          op: 'StridedSlice',
          name: 'count',
          inputs: ['shape', 'from', 'to', 'step'],
          attributes: { shrink_axis_mask: int(1) },
        },
        { op: 'Pack', name: 'sizes', inputs: ['count', 'two'], attributes: { axis: int(0) } },
        { op: 'Reshape', name: 'y', inputs: ['x', 'sizes'] },
      ],
    };
    const { interface: given, notes } = importGraphModel(filesOf(asked));
    expect([given.inputs[0]!.shape, notes]).toEqual([[-1, 2], []]);
  });

  it('does not depend on the folder that the files lie in', () => {
    const files = filesOf(addOne).map(({ path, bytes }) => ({ path: `model/web/${path}`, bytes }));
    expect(importGraphModel(files).model).toEqual(importGraphModel(filesOf(addOne)).model);
  });
});

/** while (i < turns) { y = y + 1; i = i + 1 }, as TensorFlow 1 writes it. */
function counting(turns: readonly [string, number]): SmallGraph {
  const frame = { frame_name: text('loop') };
  return {
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [2] },
      { name: 'open', datatype: 'INT32', shape: [] },
    ],
    constants: {
      zero: whole([0], []),
      step: whole([1], []),
      one: floats([], [1]),
      fixed: whole([turns[1]], []),
    },
    nodes: [
      { op: 'Enter', name: 'i-in', inputs: ['zero'], attributes: frame },
      { op: 'Enter', name: 'y-in', inputs: ['x'], attributes: frame },
      { op: 'Enter', name: 'turns', inputs: [turns[0]], attributes: frame },
      { op: 'Merge', name: 'i', inputs: ['i-in', 'i-next'] },
      { op: 'Merge', name: 'y-now', inputs: ['y-in', 'y-next'] },
      { op: 'Less', name: 'goes-on', inputs: ['i', 'turns'] },
      { op: 'LoopCond', name: 'condition', inputs: ['goes-on'] },
      { op: 'Switch', name: 'i-switch', inputs: ['i', 'condition'] },
      { op: 'Switch', name: 'y-switch', inputs: ['y-now', 'condition'] },
      { op: 'AddV2', name: 'i-plus', inputs: ['i-switch:1', 'step'] },
      { op: 'AddV2', name: 'y-plus', inputs: ['y-switch:1', 'one'] },
      { op: 'NextIteration', name: 'i-next', inputs: ['i-plus'] },
      { op: 'NextIteration', name: 'y-next', inputs: ['y-plus'] },
      { op: 'Exit', name: 'i-out', inputs: ['i-switch'] },
      { op: 'Exit', name: 'y', inputs: ['y-switch'] },
    ],
    outputs: ['y:0'],
  };
}

describe('loops', () => {
  it('are written out where the number of turns is known', async () => {
    const { model } = importGraphModel(filesOf(counting(['fixed', 3])));
    const feeds = { x: { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) } } as const;
    expect((await answersOfOnnx(model, feeds)).get('y')!.data).toEqual(Float32Array.of(4, 5));
  });

  it('are refused where it depends on what the model is fed, by name', () => {
    expect(refusal(filesOf(counting(['open', 3])))).toEqual({
      code: 'OperatorUnsupported',
      detail: expect.stringMatching(/^Less 'goes-on': control flow, and how often .* depends/),
    });
  });

  it('are written out once, however many of their exits are asked for', async () => {
    const both = { ...counting(['fixed', 3]), outputs: ['y:0', 'i-out:0'] };
    const [one, two] = [counting(['fixed', 3]), both].map(graph => importGraphModel(filesOf(graph)).model);
    const additions = (model: Uint8Array<ArrayBuffer>) =>
      Graph.read(model).nodes.filter(({ op }) => op === 'Add').length;
    expect([additions(one!), additions(two!)]).toEqual([3, 3]);
    const feeds = { x: { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) } } as const;
    const answers = await answersOfOnnx(two!, feeds);
    expect(answers.get('y')!.data).toEqual(Float32Array.of(4, 5));
    expect(Number(answers.get('i-out')!.data[0])).toBe(3);
  });

  it('are found in one walk through the graph, however many there are', () => {
    const nodes = new Map<string, NodeDef>();
    const put = (name: string, op: string, ...input: string[]) =>
      nodes.set(name, { name, op, input, attr: {} });
    const count = 5_000;
    put('goes-on', 'LoopCond', 'decides');
    for (let i = 0; i < count; i++) {
      put(`in${i}`, 'Enter', 'x');
      put(`merge${i}`, 'Merge', `in${i}`, `next${i}`);
      put(`switch${i}`, 'Switch', `merge${i}`, 'goes-on');
      put(`next${i}`, 'NextIteration', `switch${i}:1`);
      put(`out${i}`, 'Exit', `switch${i}`);
    }
    const visits = vi.spyOn(nodes, 'values');
    const loopOf = loopFinder(nodes);
    const loops = new Set(Array.from({ length: count }, (_, i) => loopOf(nodes.get(`out${i}`)!)));
    expect(loops.size).toBe(1);
    const [loop] = loops;
    expect([loop!.variables.length, loop!.exits.get('out7')]).toEqual([count, 'merge7']);
    expect(visits).toHaveBeenCalledTimes(1);
  });

  it('are refused where they never end', () => {
    expect(refusal(filesOf(counting(['fixed', 1e9])))).toEqual({
      code: 'OperatorUnsupported',
      detail: expect.stringContaining('more than 64 turns'),
    });
  });
});
