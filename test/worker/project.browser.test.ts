// Teaching by showing, as the page has it: photos in the store, an image model of the library, the real worker.
import { proxy } from 'comlink';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { candidateSchema, type Manifest } from '../../src/core/artifact/documents.ts';
import { openDocument } from '../../src/core/artifact/signature.ts';
import { toRecorded } from '../../src/core/runtime/recorded-tensors.ts';
import { keepCandidate, readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { moveExamples } from '../../src/device/example-moves.ts';
import { listExamples, removeExamples } from '../../src/device/examples.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { addClass, removeClass } from '../../src/device/project-classes.ts';
import type { Project } from '../../src/device/project-schemas.ts';
import { createProject, readProject } from '../../src/device/projects.ts';
import { openProject } from '../../src/worker/open-project.ts';
import { photoOfPixels } from '../../src/worker/project-photo.ts';
import type { LiveAnswer, ProjectStanding } from '../../src/worker/protocol.ts';
import { readStoredCandidate } from '../../src/worker/stored-model.ts';
import { becomesVersion } from './becomes-version.ts';
import { failureOf, valueOf } from './outcome.ts';
import { drawnPixels, storePhotoModel } from './photo-model.ts';
import { embedder, hues, labels, newProject, show } from './shown-project.ts';

const bridge = new WorkerBridge('training');
let db: Database;
let base: Manifest;

beforeAll(async () => {
  db = await openHaversackDB();
});

beforeEach(async () => {
  for (const store of db.objectStoreNames) await db.clear(store);
  base = await storePhotoModel(db, 'base');
});

afterAll(() => {
  bridge.stop();
  db.close();
});

async function open(project: Project): Promise<number> {
  return valueOf(await bridge.call(api => api.openProject(project.id))).handle;
}

async function learn(handle: number, onStanding: (now: ProjectStanding) => void = () => undefined) {
  return valueOf(await bridge.call(api => api.learn(handle, proxy(onStanding))));
}

async function look(handle: number, place: number, seed = 777): Promise<LiveAnswer> {
  return valueOf(await bridge.call(api => api.look(handle, drawnPixels(seed, hues[place]!))));
}

test('a version says where its embedding may be taken, the pooled one first', async () => {
  const points = valueOf(await bridge.call(api => api.embeddingPoints({ model: 'base', version: 1 })));
  expect(points[0]).toMatchObject({ value: 'pooled', width: 24, pools: false });
});

describe('learning', () => {
  test('below five photos there is no answer; from the fifth on the nearest answer, and it is right', async () => {
    const project = await newProject(db);
    await show(db, project, 0, 2);
    await show(db, project, 1, 2);
    const handle = await open(project);
    expect(await learn(handle)).toMatchObject({ examples: 4, pending: 0, by: null, heldOut: 0 });
    expect(await look(handle, 0)).toMatchObject({ by: null, scores: [] });
    await show(db, project, 1, 1, 50);
    expect(await learn(handle)).toMatchObject({ examples: 5, pending: 0 });
    for (const place of [0, 1]) {
      const { by, scores } = await look(handle, place);
      expect(by).not.toBeNull();
      expect(scores[0]!.class).toBe(project.classes[place]!.id);
      expect(scores.map(score => score.class).sort()).toEqual(project.classes.map(each => each.id).sort());
    }
  });

  test('of one class alone nothing is answered', async () => {
    const project = await newProject(db);
    await show(db, project, 0, 8);
    const handle = await open(project);
    expect(await learn(handle)).toMatchObject({ examples: 8, pending: 0, by: null, nearest: null });
  });

  test('with more photos a head answers where it is as good, judged on what was held out', async () => {
    const project = await newProject(db);
    for (const place of [0, 1, 2]) await show(db, project, place, 20);
    const handle = await open(project);
    const seen: ProjectStanding[] = [];
    const standing = await learn(handle, now => seen.push(now));
    expect(standing).toMatchObject({ examples: 60, pending: 0, by: 'head', nearest: 1, head: 1 });
    const heldOut = (await listExamples(db, project.id)).filter(({ part }) => part === 'test');
    expect(standing.heldOut).toBe(heldOut.length);
    expect(heldOut.length).toBeGreaterThan(8);
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(standing));
    // A head was of use before the last photo was embedded.
    expect(seen.some(({ pending, by }) => pending > 0 && by === 'head')).toBe(true);
    for (const place of [0, 1, 2]) {
      const { by, scores } = await look(handle, place);
      expect(by).toBe('head');
      expect(scores[0]!.class).toBe(project.classes[place]!.id);
      expect(scores.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    }
  });

  test('what is added, said anew, removed, or a class that goes, counts at once', async () => {
    const project = await newProject(db);
    for (const place of [0, 1]) await show(db, project, place, 10);
    const handle = await open(project);
    await learn(handle);
    await show(db, project, 2, 10);
    expect(await learn(handle)).toMatchObject({ examples: 30, pending: 0 });
    expect((await look(handle, 2)).scores[0]!.class).toBe(project.classes[2]!.id);
    const blue = (await listExamples(db, project.id)).filter(each => each.class === project.classes[2]!.id);
    const purple = await addClass(db, project.id, 'purple');
    await moveExamples(
      db,
      blue.map(({ id }) => ({ id, class: purple.id })),
    );
    await learn(handle);
    expect((await look(handle, 2)).scores[0]!.class).toBe(purple.id);
    await removeExamples(
      db,
      blue.map(({ id }) => id),
    );
    expect(await learn(handle)).toMatchObject({ examples: 20 });
    expect((await look(handle, 2)).scores[0]!.class).not.toBe(purple.id);
    await removeClass(db, project.id, project.classes[1]!.id);
    expect(await learn(handle)).toMatchObject({ examples: 10, by: null });
  });

  test('what was embedded once is not embedded again, and a photo that does not decode holds nothing up', async () => {
    const project = await newProject(db);
    for (const place of [0, 1]) await show(db, project, place, 5);
    await learn(await open(project));
    expect(await db.count('embeddings')).toBe(10);
    await db.clear('exampleFiles');
    const again = await open(project);
    expect(await learn(again)).toMatchObject({ examples: 10, pending: 0 });
    await show(db, project, 2, 1);
    const [id] = await db.getAllKeys('exampleFiles');
    await db.put('exampleFiles', { id: id!, mediaType: 'image/jpeg', bytes: new ArrayBuffer(3) });
    expect(await learn(again)).toMatchObject({ examples: 11, pending: 0 });
    expect(await db.count('embeddings')).toBe(10);
  });

  test('of pictures that come while one is looked at, the last is answered', async () => {
    const project = await newProject(db);
    for (const place of [0, 1]) await show(db, project, place, 4);
    const { learner } = await openProject(db, project.id);
    await learner.learn();
    const [first, second, last] = await Promise.allSettled(
      [0, 0, 1].map((place, i) => learner.look(drawnPixels(700 + i, hues[place]!))),
    );
    await learner.close();
    expect(first).toMatchObject({ value: { scores: [{ class: project.classes[0]!.id }, {}, {}] } });
    expect(second).toMatchObject({ reason: { code: 'Aborted' } });
    expect(last).toMatchObject({ value: { scores: [{ class: project.classes[1]!.id }, {}, {}] } });
  });

  test('closed, it stops at once, and is open again as it was', async () => {
    const project = await newProject(db);
    for (const place of [0, 1]) await show(db, project, place, 30);
    const handle = await open(project);
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>(resolve => {
      begun = resolve;
    });
    const learning = bridge.call(api =>
      api.learn(
        handle,
        proxy(() => begun()),
      ),
    );
    await hasBegun;
    valueOf(await bridge.call(api => api.closeProject(handle)));
    expect(failureOf(await learning).code).toBe('Aborted');
    expect(await db.count('embeddings')).toBeLessThan(60);
    const asked = await bridge.call(api => api.look(handle, drawnPixels(1, 0)));
    expect(failureOf(asked).code).toBe('Aborted');
    expect(await learn(await open(project))).toMatchObject({ examples: 60, pending: 0 });
  });

  test('says what a project lacks', async () => {
    const without = await createProject(db, { model: 'colours' });
    const asked = async (id: string) => failureOf(await bridge.call(api => api.openProject(id)));
    expect((await asked(without.id)).code).toBe('TrainingImpossible');
    expect((await asked(crypto.randomUUID())).code).toBe('NotFound');
    const gone = await createProject(db, { model: 'colours', embedder: { ...embedder, version: 2 } });
    expect((await asked(gone.id)).code).toBe('NotInstalled');
    const nowhere = await createProject(db, { model: 'colours', embedder: { ...embedder, value: 'x' } });
    expect(await asked(nowhere.id)).toMatchObject({
      code: 'TrainingImpossible',
      detail: "base@1 has no place 'x' where an embedding could be taken",
    });
  });
});

test('three hundred photos are decoded one after the other', async () => {
  const project = await newProject(db);
  for (const place of [0, 1, 2]) await show(db, project, place, 100);
  let [alive, most, made] = [0, 0, 0];
  const { createImageBitmap: create } = globalThis;
  const spy = vi.spyOn(globalThis, 'createImageBitmap').mockImplementation(async (...given: unknown[]) => {
    const bitmap = await (create as (...all: unknown[]) => Promise<ImageBitmap>)(...given);
    made++;
    most = Math.max(most, ++alive);
    const close = bitmap.close.bind(bitmap);
    bitmap.close = () => {
      alive--;
      close();
    };
    return bitmap;
  });
  const { learner } = await openProject(db, project.id);
  const standing = await learner.learn();
  await learner.close();
  spy.mockRestore();
  expect(standing).toMatchObject({ examples: 300, pending: 0, by: 'head' });
  expect({ made, alive }).toEqual({ made: 300, alive: 0 });
  expect(most).toBeLessThanOrEqual(2);
});

describe('finishing', () => {
  async function taught(): Promise<{ project: Project; handle: number }> {
    const project = await newProject(db);
    for (const place of [0, 1, 2]) await show(db, project, place, 15);
    return { project, handle: await open(project) };
  }

  test('one file, signed, judged on what was held out, that answers as the preview did', async () => {
    const { project, handle } = await taught();
    const { candidate: digest } = valueOf(await bridge.call(api => api.finishProject(handle)));
    expect((await readProject(db, project.id)).candidate).toBe(digest);
    const row = await db.get('candidates', digest);
    expect(row).toMatchObject({ state: 'judging', model: 'colours', comparison: null });
    const { publicKey, keyId } = await loadIdentity(db);
    const document = await openDocument(row!.document, candidateSchema, publicKey);
    expect(document).toMatchObject({
      parent: null,
      task: 'classification',
      labels,
      device: keyId,
      recipe: { kind: 'show', embedder },
      data: { rows: { validation: 0 }, added: null },
      artifacts: { dataset: null, topology: null, recorded: { cases: 4 } },
      authority: { variant: 'fp32' },
      interface: {
        inputs: [
          {
            name: 'photo',
            datatype: 'UINT8',
            shape: [-1, -1, -1, 3],
            meaning: { kind: 'image', layout: 'NHWC', preparation: 'photo' },
          },
        ],
        decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities' },
      },
    });
    const [evaluation] = document.evaluations;
    const { train, test: heldOut } = document.data!.rows;
    expect([train + heldOut, evaluation!.n]).toEqual([45, heldOut]);
    expect(evaluation).toMatchObject({ part: 'test', metrics: { accuracy: 1 }, interval: { high: 1 } });
    const opened = valueOf(await bridge.call(api => api.openCandidate(digest)));
    for (const place of [0, 1, 2]) {
      const preview = await look(handle, place);
      const photo = photoOfPixels(drawnPixels(777, hues[place]!), 64);
      const { outputs } = valueOf(await bridge.predict(opened.handle, { photo }));
      const answered = [...(outputs['probabilities']!.data as Float32Array)];
      expect(answered.indexOf(Math.max(...answered))).toBe(place);
      expect(preview.by).toBe('head');
      for (const { class: id, probability } of preview.scores) {
        expect(answered[project.classes.findIndex(each => each.id === id)]).toBeCloseTo(probability, 4);
      }
    }
  });

  test('no photo travels: neither in the file nor in what is recorded', async () => {
    const { handle } = await taught();
    const { candidate } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const { recorded } = await readStoredCandidate(db, candidate);
    const photos = await Promise.all(
      hues.flatMap((hue, place) =>
        Array.from({ length: 15 }, async (_, i) => {
          return JSON.stringify(toRecorded(photoOfPixels(drawnPixels(1000 * place + i, hue), 24)).data);
        }),
      ),
    );
    for (const { inputs } of recorded!.cases) {
      expect(inputs['photo']!.shape).toEqual([1, 24, 24, 3]);
      expect(photos).not.toContain(JSON.stringify(inputs['photo']!.data));
    }
    const chunks = await db.getAll('chunks');
    const { file } = await readCandidateFile(db, candidate);
    // A photo alone is a thousand bytes and more; the file has the model's weights, the head and the graphs of both.
    expect(file.length).toBeLessThan(40_000);
    expect(chunks.every(({ bytes }) => !isJpeg(bytes))).toBe(true);
  });

  function isJpeg(bytes: ArrayBuffer): boolean {
    const [first, second] = new Uint8Array(bytes);
    return first === 0xff && second === 0xd8;
  }

  test('the weights it has from the library are the same chunks', async () => {
    const { handle } = await taught();
    const known = new Set(base.authority.file.chunks.map(chunk => chunk.digest));
    const { candidate } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const document = (await readCandidateFile(db, candidate)).candidate;
    const shared = document.authority.file.chunks.filter(({ digest }) => known.has(digest));
    // W2: 24 × 16 × 3 × 3 numbers.
    expect(shared.map(({ bytes }) => bytes)).toContain(4 * 24 * 16 * 9);
  });

  test('a class of which nothing was shown is named', async () => {
    const { project, handle } = await taught();
    await addClass(db, project.id, 'yellow');
    const failed = failureOf(await bridge.call(api => api.finishProject(handle)));
    expect(failed).toMatchObject({
      code: 'TrainingImpossible',
      detail: 'there is no example to learn "yellow" from',
    });
    expect(await db.count('candidates')).toBe(0);
  });

  test('what comes after its first version has that for parent, and is compared with it', async () => {
    const { project, handle } = await taught();
    const { candidate: first } = valueOf(await bridge.call(api => api.finishProject(handle)));
    await keepCandidate(db, first);
    const founding = (await readCandidateFile(db, first)).candidate;
    await becomesVersion(db, first, founding);
    await show(db, project, 0, 10, 500);
    const { candidate: second } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const row = await db.get('candidates', second);
    const { candidate } = await readCandidateFile(db, second);
    expect(candidate.parent?.version).toBe(1);
    expect(candidate.interface).toEqual(founding.interface);
    expect(row!.comparison).toMatchObject({
      parent: null,
      labels,
      added: { n: candidate.data!.rows.test, old: { metrics: { accuracy: 1 } } },
    });
  });
});
