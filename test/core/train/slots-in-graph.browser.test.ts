// A slot that more parameters share than a GPU binds buffers at once, on the providers of a browser.
import { expect, test } from 'vitest';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { Tape } from '../../../src/core/train/gradient/tape.ts';
import { fillSlots, layOut, membersOf } from '../../../src/core/train/slot-layout.ts';
import { joinForSlot, readFromSlots } from '../../../src/core/train/slots-in-graph.ts';
import { hasWebGpu } from '../../../src/worker/ort.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';

const names = Array.from({ length: 60 }, (_, i) => `p${i}`);
const values = new Map<string, Tensor>(
  names.map((name, i) => [
    name,
    float32(
      [2, i + 1],
      Array.from({ length: 2 * i + 2 }, (_, k) => i + k / 128),
    ),
  ]),
);

test('sixty parameters are cut from a slot and joined again, on WASM and on WebGPU', async () => {
  const layout = layOut(
    names.map(name => ({ name, initial: values.get(name)! })),
    () => 'joined',
  );
  const graph = new Graph();
  for (const name of names) graph.claim(name);
  graph.inputs = names.map(name => ({ name, datatype: 'FP32', shape: values.get(name)!.shape }));
  const tape = Tape.over(graph);
  readFromSlots(tape, layout);
  const members = membersOf(layout).get('joined')!;
  const doubled = joinForSlot(tape, members, name => tape.mul(name, 2));
  graph.outputs = [{ name: doubled, ...tape.type(doubled) }];
  const file = graph.toBytes();
  const slot = fillSlots(layout, values).get('joined')!;
  const providers = (await hasWebGpu()) ? (['wasm', 'webgpu'] as const) : (['wasm'] as const);
  for (const provider of providers) {
    const session = await openOrtSession(file, provider);
    const results = await session.run({ joined: slot });
    await session.dispose();
    expect(Array.from(results[doubled]!.data as Float32Array)).toEqual(
      Array.from(slot.data as Float32Array, value => 2 * value),
    );
  }
});
