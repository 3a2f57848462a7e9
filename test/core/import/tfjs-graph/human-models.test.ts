import { beforeAll, describe, expect, it } from 'vitest';
import { difference } from '../../../../bench/imports/answers.ts';
import { randomFeeds } from '../../../../bench/imports/feeds.ts';
import { humanModel } from '../../../../bench/imports/human-models.ts';
import type { Imported } from '../../../../src/core/import/imported.ts';
import { inspectModel } from '../../../../src/core/onnx/inspect.ts';
import { workingOpset } from '../../../../src/core/onnx/graph.ts';
import { onBoth } from './against-tfjs.ts';
import { useWasm } from './tfjs-wasm.ts';

const root = new URL('../../../..', import.meta.url).pathname;

/** As a share of the largest number of an output. */
const tolerance = 1e-4;

interface Known {
  readonly input: string;
  readonly outputs: number;
  /** Nodes that only change the layout: of what comes in, and of what goes on by its places. */
  readonly transposes: number;
}

/** Each with what it is fed, and how many nodes only change the layout: what comes in, and what goes out by places. */
const models: Readonly<Record<string, Known>> = {
  blazeface: { input: 'FP32 [1, 256, 256, 3]', outputs: 4, transposes: 5 },
  centernet: { input: 'FP32 [1, 512, 512, 3]', outputs: 3, transposes: 4 },
  emotion: { input: 'FP32 [-1, 64, 64, 1]', outputs: 1, transposes: 0 },
  handtrack: { input: 'UINT8 [1, 320, 320, 3]', outputs: 8, transposes: 25 },
  mobilefacenet: { input: 'FP32 [-1, 112, 112, 3]', outputs: 1, transposes: 1 },
  'movenet-lightning': { input: 'INT32 [1, 192, 192, 3]', outputs: 1, transposes: 6 },
  nanodet: { input: 'FP32 [1, 3, 416, 416]', outputs: 6, transposes: 6 },
  posenet: { input: 'FP32 [1, 385, 385, 3]', outputs: 4, transposes: 5 },
};

const inputOf = ({ interface: { inputs } }: Imported) =>
  inputs.map(({ datatype, shape }) => `${datatype} [${shape.join(', ')}]`).join('; ');

describe('real graph models answer in ONNX Runtime as in TensorFlow.js', () => {
  beforeAll(useWasm);

  it.each(Object.entries(models))('%s', async (name, known) => {
    const files = await humanModel(root, name);
    const { imported, theirs, ours } = await onBoth(files, ({ interface: { inputs } }) => [
      randomFeeds(inputs, 1, { highest: 1 }),
      randomFeeds(inputs, 2, { highest: 255 }),
    ]);
    expect(inputOf(imported)).toBe(known.input);
    expect(imported.interface.outputs).toHaveLength(known.outputs);
    for (const [i, reference] of theirs.entries()) {
      for (const [output, answer] of reference) {
        expect(difference(answer, ours[i]!.get(output)), `input ${i}, '${output}'`).toBeLessThan(tolerance);
      }
    }
    const { opset, operators } = inspectModel(imported.model);
    expect(opset).toBe(workingOpset);
    expect(operators['Transpose'] ?? 0).toBe(known.transposes);
  });
});
