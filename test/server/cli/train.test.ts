import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { findLowRankChanges } from '../../../src/core/onnx/low-rank.ts';
import type { RateSweep } from '../../../src/core/train/find-learning-rate.ts';
import { haversack } from './captured.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-train-'));
  for (const name of ['iris.csv', 'digits.csv']) {
    await writeFile(join(folder, name), await readFile(join('demo/data', name)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function answerOf(args: readonly string[]): Promise<unknown> {
  const { code, out, err } = await haversack(folder, [...args, '--json']);
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out);
}
const words = (text: string) => text.split(' ');

interface Trained {
  out: string;
  engine: string;
  provider: string;
  epochs: number;
  seconds: number;
  metrics: { train: Record<string, number>; test: Record<string, number> };
}
interface Judged {
  metrics: Record<string, number>;
}
const irisArgs = words('train --new mlp:16,8 --data iris.csv --target species --seed 7');

describe('train', () => {
  it('makes a model of a table: iris at 93 of 100 held-out flowers or better', async () => {
    const trained = (await answerOf([...irisArgs, '--out', 'iris.onnx'])) as Trained;
    expect(trained).toMatchObject({
      out: join(folder, 'iris.onnx'),
      engine: 'onnx',
      provider: 'cpu',
      epochs: 100,
    });
    expect(trained.metrics.test['accuracy']).toBeGreaterThanOrEqual(0.93);
    expect(trained.metrics.train['accuracy']).toBeGreaterThanOrEqual(0.93);
  });

  it('makes the same bytes of the same seed', async () => {
    await answerOf([...irisArgs, '--out', 'again.onnx']);
    const [first, second] = [
      await readFile(join(folder, 'iris.onnx')),
      await readFile(join(folder, 'again.onnx')),
    ];
    expect(first.equals(second)).toBe(true);
  });

  it('gives a model that takes numbers as they are and answers with labels', async () => {
    const { rows } = (await answerOf(words('predict iris.onnx --input iris.csv'))) as {
      rows: { label: string }[];
    };
    const truth = (await readFile(join(folder, 'iris.csv'), 'utf8')).trim().split('\n').slice(1);
    const right = rows.filter(({ label }, i) => truth[i]!.endsWith(`,${label}`)).length;
    expect(right / rows.length).toBeGreaterThan(0.93);
  });

  it('teaches a model more, and leaves what is not its head as it was', async () => {
    const trained = (await answerOf(
      words('train iris.onnx --data iris.csv --target species --epochs 3 --out more.onnx'),
    )) as Trained;
    expect(trained.epochs).toBe(3);
    expect(trained.metrics.test['accuracy']).toBeGreaterThanOrEqual(0.9);
    const [before, after] = [
      await readFile(join(folder, 'iris.onnx')),
      await readFile(join(folder, 'more.onnx')),
    ];
    expect(after.length).toBe(before.length);
    const changed = before.filter((byte, i) => byte !== after[i]).length;
    // 8 × 3 weights and 3 biases of 4 bytes.
    expect(changed).toBeGreaterThan(27);
    expect(changed).toBeLessThanOrEqual(108);
  });

  it('leaves the weights as they are, and low-rank changes beside them, where it is told to', async () => {
    await answerOf(
      words('train --new mlp:64,64 --data digits.csv --target digit --epochs 2 --out wide.onnx'),
    );
    const lora = words(
      'train wide.onnx --data digits.csv --target digit --epochs 2 --train lora --lora-rank 2',
    );
    await answerOf([...lora, ...words('--lora-keep delta --out delta.onnx')]);
    await answerOf([...lora, ...words('--out merged.onnx')]);
    const read = async (name: string) => Graph.read(new Uint8Array(await readFile(join(folder, name))));
    const [before, delta, merged] = [
      await read('wide.onnx'),
      await read('delta.onnx'),
      await read('merged.onnx'),
    ];
    const changes = findLowRankChanges(delta);
    expect(changes.map(({ weight }) => weight)).toEqual([
      'hidden1.weight',
      'hidden2.weight',
      'output.weight',
    ]);
    for (const { weight, left, scale } of changes) {
      expect(delta.initializers.get(weight)!.data).toEqual(before.initializers.get(weight)!.data);
      expect(merged.initializers.get(weight)!.data).not.toEqual(before.initializers.get(weight)!.data);
      expect({ rank: delta.initializers.get(left)!.shape[1], scale }).toEqual({ rank: 2, scale: 1 });
    }
    expect(merged.nodes).toHaveLength(before.nodes.length);
    const judge = (name: string) => answerOf(words(`evaluate ${name} --data digits.csv --target digit`));
    const { accuracy, logLoss } = ((await judge('merged.onnx')) as Judged).metrics;
    expect(await judge('delta.onnx')).toMatchObject({
      metrics: { accuracy, logLoss: expect.closeTo(logLoss!, 5) },
    });
  });

  it('refuses settings of low-rank changes where there are none', async () => {
    const { code, err } = await haversack(
      folder,
      words('train iris.onnx --data iris.csv --target species --lora-rank 2 --out no.onnx'),
    );
    expect(code).toBe(2);
    expect(err).toContain('--train lora');
  });

  it('finds a learning rate, told as a table or as JSON, and writes nothing', async () => {
    const args = words('train --new mlp:16,8 --data iris.csv --target species --find-learning-rate');
    const before = await readdir(folder);
    const sweep = (await answerOf(args)) as RateSweep;
    expect(sweep.suggested).toBeGreaterThan(1e-4);
    expect(sweep.suggested).toBeLessThan(1);
    expect(sweep.points[0]).toEqual({
      rate: 1e-6,
      loss: expect.any(Number),
      smoothed: expect.any(Number),
    });
    const { code, out } = await haversack(folder, args);
    expect(code).toBe(0);
    expect(out).toMatch(/^ +rate +loss +smoothed\n/);
    expect(out).toContain('a tenth of the rate at which the smoothed loss was least');
    const learnt = await haversack(
      folder,
      words('train iris.onnx --data iris.csv --target species --find-learning-rate'),
    );
    expect(learnt.out).toContain('The loss fell at no rate.');
    expect(await readdir(folder)).toEqual(before);
  });

  it('trains at the rate that it found where it is told to', async () => {
    const args = words('train --new mlp:16,8 --data iris.csv --target species --epochs 30 --seed 7');
    const { suggested } = (await answerOf([...args, '--find-learning-rate'])) as RateSweep;
    const trained = await answerOf([...args, ...words('--learning-rate auto --out found.onnx')]);
    expect(trained).toMatchObject({ learningRate: suggested });
    expect((trained as Trained).metrics.test['accuracy']).toBeGreaterThanOrEqual(0.9);
  });

  it('wants a place for what it trains, and none for a sweep', async () => {
    const args = words('train iris.onnx --data iris.csv --target species');
    expect((await haversack(folder, args)).code).toBe(2);
    expect((await haversack(folder, [...args, ...words('--find-learning-rate --out x.onnx')])).code).toBe(2);
  });

  it('gives a model a new head for other classes', async () => {
    const table = await readFile(join(folder, 'iris.csv'), 'utf8');
    await writeFile(join(folder, 'two.csv'), table.replaceAll(/versicolor|virginica/g, 'other'));
    const args = words(
      'train iris.onnx --new-head --data two.csv --target species --epochs 40 --out two.onnx',
    );
    const { metrics } = (await answerOf(args)) as Trained;
    expect(metrics.test['accuracy']).toBeGreaterThan(0.9);
    const judged = await answerOf(words('evaluate two.onnx --data two.csv --target species'));
    expect(judged).toMatchObject({ labels: ['other', 'setosa'] });
  });

  it('holds a model near its answers by a recipe that distils, and refuses that where there are none yet', async () => {
    const table = await readFile(join(folder, 'iris.csv'), 'utf8');
    const swapped = table
      .replaceAll('setosa', '?')
      .replaceAll('virginica', 'setosa')
      .replaceAll('?', 'virginica');
    await writeFile(join(folder, 'swapped.csv'), swapped);
    await writeFile(
      join(folder, 'held.json'),
      JSON.stringify({ distillation: { weight: 1, temperature: 2 } }),
    );
    await answerOf([...irisArgs, '--out', 'known.onnx']);
    const again = words(
      'train known.onnx --data swapped.csv --target species --train all --seed 7 --epochs 40',
    );
    const right = async (args: readonly string[]) => {
      await answerOf([...args, '--out', 'again.onnx']);
      const judged = (await answerOf(
        words('evaluate again.onnx --data iris.csv --target species'),
      )) as Judged;
      return judged.metrics['accuracy']!;
    };
    expect(await right(again)).toBeLessThan(0.6);
    expect(await right([...again, '--recipe', 'held.json'])).toBeGreaterThan(0.9);
    const fresh = [...irisArgs, '--recipe', 'held.json', '--out', 'none.onnx'];
    const { code, err } = await haversack(folder, fresh);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('A new model has no answers'),
    });
    const head = words(
      'train known.onnx --new-head --data iris.csv --target species --recipe held.json --out n.onnx',
    );
    expect((await haversack(folder, head)).err).toContain('A new head has no answers to be held near.');
  });

  it('ends early by a recipe that has a patience, with the settings it gives', async () => {
    const recipe = { patience: 3, epochs: 400, learningRate: 0.05, schedule: { kind: 'cosine' } };
    await writeFile(join(folder, 'recipe.json'), JSON.stringify(recipe));
    const trained = (await answerOf([
      ...irisArgs,
      ...words('--recipe recipe.json --out early.onnx'),
    ])) as Trained;
    expect(trained.epochs).toBeLessThan(400);
    expect(trained.metrics.test['accuracy']).toBeGreaterThanOrEqual(0.9);
  });

  it('learns numbers too', async () => {
    const args = words(
      'train --new mlp:16 --data iris.csv --target petal_width_cm --features sepal_length_cm,petal_length_cm --out width.onnx',
    );
    const { metrics } = (await answerOf(args)) as Trained;
    expect(metrics.test['r2']).toBeGreaterThan(0.9);
    const judged = await answerOf(words('evaluate width.onnx --data iris.csv --target petal_width_cm'));
    expect(judged).toMatchObject({
      n: 150,
      perClass: null,
      confusion: null,
      metrics: { r2: expect.closeTo(0.93, 1) },
    });
  });

  it('trains a cnn on images, which its loss falls for', async () => {
    const { metrics } = (await answerOf(
      words('train --new cnn:8,16 --data digits.csv --target digit --epochs 3 --out digits.onnx'),
    )) as Trained;
    expect(metrics.test['accuracy']).toBeGreaterThan(0.9);
    expect(metrics.test['logLoss']).toBeLessThan(0.4);
  });

  describe('where the loss becomes no number', () => {
    const widths = words(
      'train --new linear --data iris.csv --target petal_width_cm --features petal_length_cm --out far.onnx --recipe',
    );
    /** On standardised columns a rate of 5 multiplies the error by about 9 a step. */
    async function farTooFast(batchSize: number): Promise<string> {
      const path = `fast-${batchSize}.json`;
      const recipe = { scope: 'all', optimizer: 'sgd', learningRate: 5, epochs: 20, batchSize };
      await writeFile(join(folder, path), JSON.stringify(recipe));
      return path;
    }

    it('warns, and writes what the last good epoch ended with', async () => {
      const { code, out, err } = await haversack(folder, [...widths, await farTooFast(64), '--json']);
      expect(code).toBe(0);
      expect(err).toMatch(
        /^Warning: At step \d+ the loss is .+ The model has what epoch \d+ ended with;.+\n$/,
      );
      const { diverged, epochs } = JSON.parse(out) as Trained & { diverged: { keptEpoch: number } };
      expect(diverged).toMatchObject({ keptEpoch: epochs, message: expect.stringContaining('the loss is') });
      const { metrics } = (await answerOf(
        words('evaluate far.onnx --data iris.csv --target petal_width_cm'),
      )) as Judged;
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    });

    it('writes nothing where that is in the first epoch', async () => {
      await rm(join(folder, 'far.onnx'));
      const { code, err } = await haversack(folder, [...widths, await farTooFast(2)]);
      expect(code).toBe(1);
      expect(err).toContain('The loss is no longer a number.');
      await expect(readFile(join(folder, 'far.onnx'))).rejects.toThrow('ENOENT');
    });
  });

  it('says in three lines what is wrong, and writes nothing', async () => {
    const wrong = async (text: string) => haversack(folder, words(`${text} --out wrong.onnx`));
    expect(await wrong('train --data iris.csv --target species')).toMatchObject({ code: 2 });
    expect(await wrong('train --new tree --data iris.csv --target species')).toMatchObject({
      code: 2,
      err: expect.stringContaining('mlp:16,8'),
    });
    expect(await wrong('train --new mlp --data iris.csv --target kind')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the column "kind" is missing'),
    });
    expect(
      await wrong(
        'train --new cnn:4 --data iris.csv --target species --features sepal_length_cm,petal_length_cm',
      ),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('2 columns'),
    });
    expect(await wrong('train iris.onnx --train nothing* --data iris.csv --target species')).toMatchObject({
      code: 1,
      err: expect.stringContaining("'output.weight'"),
    });
    await writeFile(join(folder, 'one.csv'), 'x,kind\n1,a\n2,a\n');
    expect(await wrong('train --new mlp --data one.csv --target kind')).toMatchObject({
      code: 1,
      err: expect.stringContaining('has one class only, "a"'),
    });
    await writeFile(join(folder, 'alone.csv'), 'kind\na\nb\n');
    expect(await wrong('train --new mlp --data alone.csv --target kind')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the column "kind" alone'),
    });
    await expect(readFile(join(folder, 'wrong.onnx'))).rejects.toThrow('ENOENT');
  });
});

describe('evaluate', () => {
  it('counts a table’s rows against the truth', async () => {
    const judged = (await answerOf(words('evaluate iris.onnx --data iris.csv --target species'))) as {
      n: number;
      metrics: Record<string, number>;
      perClass: Record<string, { support: number }>;
      confusion: number[][];
    };
    expect(judged.n).toBe(150);
    expect(Object.keys(judged.perClass)).toEqual(['setosa', 'versicolor', 'virginica']);
    expect(judged.confusion.map(row => row.reduce((a, b) => a + b))).toEqual([50, 50, 50]);
    const right = judged.confusion.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(judged.metrics['accuracy']).toBe(right / 150);
  });

  it('refuses a class that the model does not know, by row', async () => {
    await writeFile(
      join(folder, 'strange.csv'),
      'sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm,species\n1,2,3,4,tulip\n',
    );
    const { code, err } = await haversack(
      folder,
      words('evaluate iris.onnx --data strange.csv --target species'),
    );
    expect(code).toBe(1);
    expect(err).toContain(
      'row 1, column "species": "tulip" is none of the model’s classes'.replace('’', "'"),
    );
  });
});
