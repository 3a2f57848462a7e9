// Last blocks that learn: which do, what stays, when it ends, and what is read.
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeSessions } from '../../../server/inference/session.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { memoryStepHost } from '../../../src/core/runtime/step-host.ts';
import { blockJob, classWeights } from '../../../src/core/teach/block-job.ts';
import { BlockEye, lookAt, viewsWithin } from '../../../src/core/teach/block-rows.ts';
import { calibratedBlocks } from '../../../src/core/teach/calibrate-blocks.ts';
import { composeClassifier } from '../../../src/core/teach/compose-classifier.ts';
import type { Embedder } from '../../../src/core/teach/embedder.ts';
import type { LabelledEmbeddings } from '../../../src/core/teach/labelled-embeddings.ts';
import { partClassifier } from '../../../src/core/teach/last-blocks.ts';
import { usualChanges } from '../../../src/core/teach/photo-changes.ts';
import {
  type BlocksLesson,
  type BlocksMachine,
  type BlocksProgress,
  costOfBlocks,
  teachLastBlocks,
} from '../../../src/core/teach/teach-last-blocks.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import type { Tensor } from '../../../src/core/tensor.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { goOn } from '../train/nets.ts';
import { patchEmbedder, patches, patchRows } from './shown-patches.ts';

const openSession = nodeSessions({ intraOpNumThreads: 1 });
const machine: BlocksMachine = { openSession, openHost: () => memoryStepHost('cpu', openSession) };
const labels = Array.from({ length: 60 }, (_, row) => (row < 40 ? 0 : 1));
const photos = labels.map((label, row) => patches(label, row));
const heldOut = Array.from({ length: 60 }, (_, i) => ({ label: i % 2, photo: patches(i % 2, 1000 + i) }));

let embedder: Embedder;
let rows: LabelledEmbeddings;
let lesson: BlocksLesson;

beforeAll(async () => {
  embedder = await patchEmbedder();
  rows = await patchRows(embedder, photos, labels, openSession);
  const photo = (row: number) => Promise.resolve(photos[row]!);
  lesson = { embedder, rows, photo, changes: usualChanges, seed: 1 };
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function rightOf(file: Uint8Array<ArrayBuffer>): Promise<number> {
  const session = await openSession(file);
  let right = 0;
  for (const { label, photo } of heldOut) {
    const [a, b] = (await session.run({ photo }))['probabilities']!.data as Float32Array;
    if ((a! > b! ? 0 : 1) === label) right++;
  }
  await session.dispose();
  return right;
}

const teach = (changed: Partial<BlocksLesson> = {}) =>
  teachLastBlocks({ ...lesson, ...changed }, machine, goOn, () => undefined);

describe('a finished classifier, parted', () => {
  it('answers as it did whole, in three parts', async () => {
    const { head } = await trainHead(rows);
    const file = composeClassifier(embedder, head);
    const parted = partClassifier(file);
    const eye = await BlockEye.open(parted, openSession);
    const boundary = await eye.look(photos[3]!, 1, null, () => {
      throw new Error('nothing is drawn for a photo as it is');
    });
    await eye.dispose();
    const ends = await Promise.all([openSession(parted.rest.toBytes()), openSession(file)]);
    const [inParts, whole] = [
      await ends[0].run({ [parted.boundary.name]: boundary }),
      await ends[1].run({ photo: photos[3]! }),
    ];
    await Promise.all(ends.map(each => each.dispose()));
    const answers = [...(inParts['probabilities']!.data as Float32Array)];
    [...(whole['probabilities']!.data as Float32Array)].forEach((value, i) =>
      expect(answers[i]).toBeCloseTo(value, 5),
    );
  });

  it('learns the last half of the weights or more, from a bottleneck on, and no norm', async () => {
    const { head } = await trainHead(rows);
    const parted = partClassifier(composeClassifier(embedder, head));
    // 162 + 6, 432 and 864 + 12 numbers: the last convolution holds 59 %.
    expect(parted.blocks).toEqual(['W3', 'B3']);
    expect(parted.head).toEqual(['head.weight', 'head.bias']);
    expect(parted.boundary.shape).toEqual([-1, 8, 6, 6]);
    expect(parted.share).toBeCloseTo(876 / (168 + 432 + 876), 5);
  });

  it('says so where it takes no photos', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }];
    graph.outputs = [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 4] }];
    graph.add('Softmax', ['x'], ['probabilities']);
    expect(() => partClassifier(graph.toBytes())).toThrow(/takes no photos/);
  });
});

describe('last blocks', () => {
  it('learn what a head alone cannot tell, and every weight that is not theirs stays bit for bit', async () => {
    const { head } = await trainHead(rows);
    const alone = composeClassifier(embedder, head);
    const { file, judged, share } = await teach();
    expect(await rightOf(file)).toBeGreaterThan(await rightOf(alone));
    expect(share).toBeGreaterThan(0.5);
    const [before, after] = [Graph.read(alone).initializers, Graph.read(file).initializers];
    const changed = [...after].filter(([name, tensor]) => {
      const old = before.get(name)!;
      return Buffer.compare(viewOf(tensor), viewOf(old)) !== 0;
    });
    // What embeddings are seen by was measured on the rows that are learnt from, without those that say when to stop.
    const ofHead = ['head.middle', 'head.scale', 'head.weight', 'head.bias'];
    expect(changed.map(([name]) => name).sort()).toEqual(['W3', 'B3', ...ofHead].sort());
    expect(judged.rows.length).toBeGreaterThan(5);
    expect(judged.probabilities.length).toBe(2 * judged.rows.length);
  });

  it('end alike for the same seed, and otherwise for another', async () => {
    const first = await teach();
    expect(Buffer.compare((await teach()).file, first.file)).toBe(0);
    expect(Buffer.compare((await teach({ seed: 2 })).file, first.file)).not.toBe(0);
  });

  it('ask for photos of their own rows only, for one after the other, and leave out those that are gone', async () => {
    const asked: number[] = [];
    const { judged } = await teach({
      photo: row => {
        asked.push(row);
        return Promise.resolve(row === 4 ? null : photos[row]!);
      },
    });
    expect(asked.toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(judged.rows).not.toContain(4);
  });

  it('stop between two photos, and between two steps', async () => {
    for (const phase of ['looking', 'learning'] as const) {
      let isOver = false;
      const control = {
        checkpoint: () => (isOver ? Promise.reject(new Error('stopped')) : Promise.resolve()),
      };
      const seen: BlocksProgress[] = [];
      const run = teachLastBlocks(lesson, machine, control, progress => {
        seen.push(progress);
        isOver = progress.phase === phase && progress.done === 2;
      });
      await expect(run).rejects.toThrow('stopped');
      expect(seen.at(-1)).toMatchObject({ phase, done: 2 });
    }
  });

  it('cost what a few photos and steps say', async () => {
    const { seconds, share } = await costOfBlocks(lesson, machine, goOn);
    expect(seconds).toBeGreaterThan(0);
    expect(share).toBeCloseTo(0.593, 2);
  });

  it('cost nothing for each photo that is taken once, to open what looks at them', async () => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    const slow: BlocksMachine = {
      ...machine,
      openSession: file => {
        clock += 3_600_000;
        return openSession(file);
      },
    };
    expect((await costOfBlocks(lesson, slow, goOn)).seconds).toBe(0);
  });
});

describe('how sure they are', () => {
  /** Of the first photos of each class, by what a head alone learnt. */
  async function calibratedBy(perClass: number) {
    const { head } = await trainHead(rows);
    const parted = partClassifier(composeClassifier(embedder, head));
    const eye = await BlockEye.open(parted, openSession);
    const looking = { eye, boundary: parted.boundary, labels: rows.labels, views: 1, changes: null };
    const places = [...labels.keys()].filter(row => row % 40 < perClass);
    const more = { photo: lesson.photo, seed: 1, control: goOn, onPhoto: () => undefined };
    const { source } = await lookAt({ ...looking, ...more }, places);
    await eye.dispose();
    const learnt = [...parted.blocks, ...parted.head];
    const weights = new Map(learnt.map(name => [name, parted.rest.initializers.get(name)!]));
    const host = memoryStepHost('cpu', openSession);
    const calibrated = await calibratedBlocks(parted, weights, source, host);
    await host.dispose();
    return { given: weights, ...calibrated };
  }

  it('is what they say where fewer than ten rows could tell, whose probabilities are told all the same', async () => {
    const { temperature, probabilities, weights, given } = await calibratedBy(4);
    expect(temperature).toBe(1);
    expect(weights).toEqual(given);
    expect(probabilities).toHaveLength(2 * 8);
  });

  it('is told by ten rows', async () => {
    const { temperature, probabilities } = await calibratedBy(5);
    expect(temperature).not.toBe(1);
    expect(probabilities).toHaveLength(2 * 10);
  });
});

describe('views', () => {
  const parted = { boundary: { name: 'b', datatype: 'FP32', shape: [-1, 8, 4, 4] } } as const;
  const rowBytes = 4 * 8 * 4 * 4;

  it('are as many as all rows leave room for, those that say when to stop among them', () => {
    expect(viewsWithin(parted, { learn: 10, validate: 5 }, 6, 100 * rowBytes)).toBe(6);
    expect(viewsWithin(parted, { learn: 10, validate: 5 }, 6, 44 * rowBytes)).toBe(3);
    expect(viewsWithin(parted, { learn: 10, validate: 5 }, 6, 15 * rowBytes)).toBe(1);
  });

  it('are refused where not even one of each photo has room, with both numbers', () => {
    const few = () => viewsWithin(parted, { learn: 3000, validate: 1096 }, 6, 2 ** 20);
    expect(few).toThrow(/4096 photos takes 2\.0 MiB .* 1\.0/);
  });
});

describe('the run', () => {
  it('keeps the weights of the epoch with the lowest validation loss', async () => {
    const { head } = await trainHead(rows);
    const parted = partClassifier(composeClassifier(embedder, head));
    const eye = await BlockEye.open(parted, openSession);
    const looking = { eye, boundary: parted.boundary, labels: rows.labels, views: 1, changes: null };
    const more = { photo: lesson.photo, seed: 1, control: goOn, onPhoto: () => undefined };
    const part = (from: number, to: number) =>
      lookAt(
        { ...looking, ...more },
        [...labels.keys()].filter(row => row % 4 >= from && row % 4 < to),
      );
    const [train, validation] = [await part(0, 2), await part(2, 4)];
    await eye.dispose();
    const sources = { train: train.source!, validation: validation.source, classes: 2 };
    // At such a rate it gets worse again.
    const job = { ...blockJob(parted, sources, { seed: 1 }), learningRate: 0.02 };
    const losses: number[] = [];
    const fitted = await fit(job, memoryStepHost('cpu', openSession), goOn, progress => {
      if (progress.isEpochEnd) losses.push(progress.validation!.loss);
    });
    expect(fitted.validation!.loss).toBe(Math.min(...losses));
    expect(losses.at(-1)).toBeGreaterThan(Math.min(...losses));
  });

  it('weighs classes alike, however many photos they have', () => {
    expect(classWeights(Int32Array.of(0, 0, 0, 1), 2)).toEqual([2 / 3, 2]);
  });
});

function viewOf({ data }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
