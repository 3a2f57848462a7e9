import { describe, expect, it } from 'vitest';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { fillSlots, layOut, membersOf } from '../../../src/core/train/slot-layout.ts';
import { joinForSlot, readFromSlots } from '../../../src/core/train/slots-in-graph.ts';
import { runTape, tapeOver } from './run-tape.ts';

/** Twenty inputs of 1 to 20 numbers, number by number different: more than one Split may cut. */
const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
const values = new Map<string, Tensor>(
  names.map((name, i) => [
    name,
    float32(
      i % 2 === 0 ? [1, i + 1] : [i + 1],
      Array.from({ length: i + 1 }, (_, k) => 100 * i + k),
    ),
  ]),
);
const layout = layOut(
  names.map(name => ({ name, initial: values.get(name)! })),
  () => 'joined',
);
const tape = () =>
  tapeOver(names.map(name => ({ name, datatype: 'FP32' as const, shape: values.get(name)!.shape })));

describe('slots in a graph', () => {
  it('are one input, which is cut into those that were there', async () => {
    const t = tape();
    const doubled = names.map(name => t.mul(name, 2));
    expect([...readFromSlots(t, layout)]).toEqual([['joined', 'joined']]);
    expect(t.graph.inputs.map(({ name }) => name)).toEqual(['joined']);
    const results = await runTape(t, doubled, Object.fromEntries(fillSlots(layout, values)));
    names.forEach((name, i) => {
      expect(results[doubled[i]!]!.shape).toEqual(values.get(name)!.shape);
      expect(results[doubled[i]!]!.data).toEqual(
        (values.get(name)!.data as Float32Array<ArrayBuffer>).map(x => 2 * x),
      );
    });
  });

  it('are joined from values in the order in which they lie there', async () => {
    const t = tape();
    const joined = joinForSlot(t, membersOf(layout).get('joined')!, name => name);
    const results = await runTape(t, [joined], Object.fromEntries(values));
    expect(results[joined]).toEqual(fillSlots(layout, values).get('joined'));
  });

  it('are left out where the graph reads none of them', () => {
    const t = tapeOver([{ name: 'x', datatype: 'FP32', shape: [2] }]);
    expect(readFromSlots(t, layout).size).toBe(0);
    expect(t.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('never need more outputs of a Split than a GPU binds at once', () => {
    const t = tape();
    readFromSlots(t, layout);
    const splits = t.graph.nodes.filter(({ op }) => op === 'Split');
    expect(splits.length).toBeGreaterThan(1);
    for (const { outputs } of splits) expect(outputs.length).toBeLessThan(8);
  });
});
