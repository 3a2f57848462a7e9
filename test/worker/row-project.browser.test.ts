// Teaching rows of numbers by showing, as the page has it: rows in the store, what is built in or a model of the library, the real
// worker.
import { proxy } from 'comlink';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { pageAsks } from '../../src/core/page/page-facts.ts';
import { seededRandom } from '../../src/core/data/random.ts';
import { float32 } from '../../src/core/tensor.ts';
import { mayFollow } from '../../src/core/artifact/face.ts';
import { keepCandidate, readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import type { EmbedderChoice, Project } from '../../src/device/project-schemas.ts';
import { createProject } from '../../src/device/projects.ts';
import { addRows, nameColumns } from '../../src/device/row-examples.ts';
import type { LiveAnswer } from '../../src/worker/protocol.ts';
import { readStoredCandidate } from '../../src/worker/stored-model.ts';
import { becomesVersion } from './becomes-version.ts';
import { storeDemo } from './demo-version.ts';
import { failureOf, valueOf } from './outcome.ts';

const bridge = new WorkerBridge('training');
const labels = ['inner', 'middle', 'outer'];
const columns = ['metres', 'grams', 'volts', 'noise'];
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
});

beforeEach(async () => {
  for (const store of db.objectStoreNames) await db.clear(store);
});

afterAll(() => {
  bridge.stop();
  db.close();
});

/** Rings about one middle, in units of their own: no line parts the one between the others. */
function ringRow(place: number, nth: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(1000 * place + nth);
  const [angle, radius] = [2 * Math.PI * random.uniform(), 1 + 2 * place + 0.4 * random.uniform()];
  return Float32Array.of(
    100 + radius * Math.cos(angle),
    0.02 + 0.001 * radius * Math.sin(angle),
    5000 * random.uniform(),
    random.uniform(),
  );
}

async function show(project: Project, each: number, places = [0, 1, 2], first = 0): Promise<void> {
  for (const place of places) {
    const recording = crypto.randomUUID();
    const rows = Array.from({ length: each }, (_, nth) => ({
      class: project.classes[place]!.id,
      values: ringRow(place, first + nth),
      recording,
      source: 'file' as const,
    }));
    await addRows(db, project.id, { columns: project.columns ?? columns, rows });
  }
}

/** A project to which so many of each were shown, open in the worker. */
async function taught(
  each: number,
  embedder?: EmbedderChoice,
): Promise<{ project: Project; handle: number }> {
  const made = await createProject(db, {
    kind: 'row',
    model: 'rings',
    labels,
    ...(embedder && { embedder }),
  });
  const project = await nameColumns(db, made.id, columns);
  await show(project, each);
  const { handle } = valueOf(await bridge.call(api => api.openProject(project.id)));
  return { project, handle };
}

async function learn(handle: number) {
  const onStanding = () => proxy(() => undefined);
  return valueOf(await bridge.call(api => api.learn(handle, onStanding())));
}

async function look(handle: number, row: Float32Array<ArrayBuffer>): Promise<LiveAnswer> {
  return valueOf(await bridge.call(api => api.look(handle, Float32Array.from(row))));
}

/** Of so many rows of each that nobody showed. */
async function rightOf(project: Project, handle: number, each: number): Promise<number> {
  let right = 0;
  for (const place of [0, 1, 2]) {
    for (let nth = 0; nth < each; nth++) {
      const { scores } = await look(handle, ringRow(place, 500 + nth));
      if (scores[0]!.class === project.classes[place]!.id) right++;
    }
  }
  return right;
}

describe('learning rows', () => {
  test('by what is built in, without any model, tells what no line parts; nothing is kept but the rows', async () => {
    const { project, handle } = await taught(60);
    const standing = await learn(handle);
    expect(standing).toMatchObject({ examples: 180, pending: 0, by: 'head' });
    expect(standing.heldOut).toBeGreaterThan(25);
    expect(standing.head).toBeGreaterThan(0.85);
    expect(await rightOf(project, handle, 10)).toBeGreaterThan(25);
    expect(await db.count('embeddings')).toBe(0);
  });

  test('what embeds is made anew when there is more, and further out, than it was made of', async () => {
    const { project, handle } = await taught(0);
    expect(await learn(handle)).toMatchObject({ examples: 0, by: null });
    await show(project, 6, [0]);
    await show(project, 6, [1]);
    expect(await learn(handle)).toMatchObject({ examples: 12, pending: 0 });
    // The outer ring lies beyond all that was seen.
    await show(project, 60);
    expect(await learn(handle)).toMatchObject({ pending: 0, by: 'head' });
    expect(await rightOf(project, handle, 10)).toBeGreaterThan(25);
  });

  test('by a model of the library that takes as many numbers', async () => {
    await storeDemo(db, { from: 'iris/2', model: 'iris' });
    const [point] = valueOf(await bridge.call(api => api.embeddingPoints({ model: 'iris', version: 1 })));
    const { handle } = await taught(12, { model: 'iris', version: 1, value: point!.value });
    expect(await learn(handle)).toMatchObject({ examples: 36, pending: 0 });
    expect((await look(handle, ringRow(0, 1))).scores).toHaveLength(3);
    const { candidate } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const { candidate: made } = await readCandidateFile(db, candidate);
    expect(made.interface.inputs).toMatchObject([
      { name: 'row', shape: [-1, 4], meaning: { names: columns } },
    ]);
  });

  test('a model that takes other numbers is refused, and so is a row of another length, or of no numbers', async () => {
    await storeDemo(db, { from: 'iris/2', model: 'iris' });
    const { handle } = await taught(4);
    const short = await bridge.call(api => api.look(handle, Float32Array.of(1, 2)));
    expect(failureOf(short)).toMatchObject({ code: 'InputInvalid', detail: 'a row is 4 numbers, not 2' });
    const broken = await bridge.call(api => api.look(handle, Float32Array.of(1, 2, Infinity, 4)));
    expect(failureOf(broken)).toMatchObject({
      code: 'InputInvalid',
      detail: 'number 3 of 4 is Infinity, and no finite number',
    });
    const wide = await createProject(db, {
      kind: 'row',
      model: 'wide',
      embedder: { model: 'iris', version: 1, value: 'x' },
    });
    await nameColumns(db, wide.id, ['a', 'b', 'c']);
    const refused = await bridge.call(api => api.openProject(wide.id));
    expect(failureOf(refused)).toMatchObject({ code: 'TrainingImpossible' });
  });
});

describe('finishing a project of rows', () => {
  test('gives one file from numbers to probabilities that answers as the preview did', async () => {
    const { project, handle } = await taught(30);
    const { candidate: digest } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const { candidate, file } = await readCandidateFile(db, digest);
    expect(candidate).toMatchObject({
      parent: null,
      task: 'classification',
      labels,
      recipe: { kind: 'show', embedder: { kind: 'built-in' } },
      note: '90 rows of numbers of 3 classes, told apart by what is built in',
      interface: {
        inputs: [
          {
            name: 'row',
            datatype: 'FP32',
            shape: [-1, 4],
            meaning: { kind: 'features', names: columns, units: [null, null, null, null] },
          },
        ],
        decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities' },
      },
    });
    expect(file.length).toBeLessThan(12_000);
    expect(pageAsks(candidate.interface)).toBe('numbers');
    const opened = valueOf(await bridge.call(api => api.openCandidate(digest)));
    for (const place of [0, 1, 2]) {
      const row = ringRow(place, 700);
      const { scores } = await look(handle, row);
      const { outputs } = valueOf(await bridge.predict(opened.handle, { row: float32([1, 4], row) }));
      const answered = [...(outputs['probabilities']!.data as Float32Array)];
      for (const { class: id, probability } of scores) {
        expect(answered[project.classes.findIndex(each => each.id === id)]).toBeCloseTo(probability, 4);
      }
    }
  });

  test('what comes after its first version reaches as far as was shown since, and is refused where its columns are others', async () => {
    const { project, handle } = await taught(20);
    const { candidate: first } = valueOf(await bridge.call(api => api.finishProject(handle)));
    await keepCandidate(db, first);
    const founding = (await readCandidateFile(db, first)).candidate;
    await becomesVersion(db, first, founding);
    await show(project, 20, [2], 100);
    const { candidate: second } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const next = (await readCandidateFile(db, second)).candidate;
    expect(next.parent?.version).toBe(1);
    expect(await mayFollow(founding, next)).toBe(true);
    expect((await db.get('candidates', second))!.comparison).toMatchObject({ labels });

    const other = await createProject(db, { kind: 'row', model: 'rings', labels });
    const named = await nameColumns(db, other.id, columns.toReversed());
    await show(named, 6);
    const opened = valueOf(await bridge.call(api => api.openProject(other.id)));
    expect(failureOf(await bridge.call(api => api.finishProject(opened.handle)))).toMatchObject({
      code: 'TrainingImpossible',
      detail:
        "'rings' takes metres, grams, volts, noise, these rows have noise, volts, grams, metres: it needs another name",
    });
  });

  test('no row travels: what is recorded lies in the ranges, on rows of nothing', async () => {
    const { project, handle } = await taught(20);
    const { candidate } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const { body, recorded } = await readStoredCandidate(db, candidate);
    const { meaning } = body.interface.inputs[0]!;
    const ranges = (meaning?.kind === 'features' && meaning.ranges) || [];
    expect(ranges).toHaveLength(4);
    const rows = recorded!.cases.map(({ inputs }) => inputs['row']!.data.map(Number));
    expect(new Set(rows.map(row => row.join())).size).toBe(4);
    for (const row of rows) {
      row.forEach((value, column) => {
        const [low, high] = ranges[column]!;
        const step = (high - low) / 64;
        const steps = (value - low) / step;
        expect(Math.abs(steps - Math.round(steps))).toBeLessThan(0.01);
      });
    }
    const shown = new Set(
      [0, 1, 2].flatMap(place => Array.from({ length: 20 }, (_, n) => ringRow(place, n).join())),
    );
    for (const row of rows) expect(shown.has(row.join())).toBe(false);
    expect(project.columns).toEqual(columns);
  });
});
