// Teaching sounds by showing, as the page has it: WAV files in the store, what is built in or an image model, the real worker.
import { proxy } from 'comlink';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import type { EmbedderChoice, Project } from '../../src/device/project-schemas.ts';
import { readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { addExamples, type NewExample } from '../../src/device/examples.ts';
import { prepareSound } from '../../src/device/prepare-sound.ts';
import { createProject } from '../../src/device/projects.ts';
import type { LiveAnswer } from '../../src/worker/protocol.ts';
import { readStoredCandidate } from '../../src/worker/stored-model.ts';
import { type Signal, signalOf, soundsTensor } from '../core/teach/sounds.ts';
import { failureOf, valueOf } from './outcome.ts';
import { drawnPixels, storePhotoModel } from './photo-model.ts';
import { newProject } from './shown-project.ts';

const bridge = new WorkerBridge('training');
const names: readonly Signal[] = ['hiss', 'clap', 'nothing'];
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

/** A project to which so many of each were shown, open in the worker and learnt. */
async function taught(
  each: number,
  embedder?: EmbedderChoice,
): Promise<{ project: Project; handle: number }> {
  const project = await createProject(db, {
    model: 'sounds',
    labels: names,
    kind: 'sound',
    ...(embedder && { embedder }),
  });
  for (const [place, name] of names.entries()) {
    const recording = crypto.randomUUID();
    const given = Array.from({ length: each }, async (_, nth): Promise<NewExample> => {
      const shown = await prepareSound(signalOf(name, nth));
      const at = new Date(1000 * (100 * place + nth));
      return { class: project.classes[place]!.id, shown, recording, source: 'microphone', at };
    });
    await addExamples(db, project.id, await Promise.all(given));
  }
  const { handle } = valueOf(await bridge.call(api => api.openProject(project.id)));
  return { project, handle };
}

async function learn(handle: number) {
  return valueOf(
    await bridge.call(api =>
      api.learn(
        handle,
        proxy(() => undefined),
      ),
    ),
  );
}

async function look(handle: number, name: Signal): Promise<LiveAnswer> {
  return valueOf(await bridge.call(api => api.look(handle, signalOf(name, 300))));
}

describe('learning sounds', () => {
  test('by what is built in, without any model', async () => {
    const { project, handle } = await taught(15);
    const standing = await learn(handle);
    expect(standing).toMatchObject({ pending: 0, by: 'head' });
    expect(standing.head).toBeGreaterThan(0.8);
    for (const [place, name] of names.entries()) {
      const { by, scores } = await look(handle, name);
      expect(by).toBe('head');
      expect(scores[0]!.class).toBe(project.classes[place]!.id);
    }
  });

  test('by an image model of the library, which sees the spectrogram', async () => {
    await storePhotoModel(db, 'base');
    const { project, handle } = await taught(12, { model: 'base', version: 1, value: 'pooled' });
    expect(await learn(handle)).toMatchObject({ pending: 0 });
    const [row] = await db.getAll('embeddings');
    expect(row!.values.byteLength).toBe(4 * 24);
    const { scores } = await look(handle, 'nothing');
    expect(scores[0]!.class).toBe(project.classes[2]!.id);
  });

  test('a photo is no sound, and a sound no photo', async () => {
    const { handle } = await taught(2);
    const asked = await bridge.call(api => api.look(handle, drawnPixels(1, 0)));
    expect(failureOf(asked)).toMatchObject({ code: 'InputInvalid', detail: 'what was given is no sound' });
    const short = await bridge.call(api => api.look(handle, new Float32Array(100)));
    expect(failureOf(short)).toMatchObject({ code: 'InputInvalid' });
    const broken = await bridge.call(api => api.look(handle, signalOf('clap', 1).fill(NaN, 9, 10)));
    expect(failureOf(broken)).toMatchObject({
      code: 'InputInvalid',
      detail: 'sample 9 of 16000 of the sound is NaN, and no finite number',
    });
    await storePhotoModel(db, 'base');
    const photos = await newProject(db);
    const opened = valueOf(await bridge.call(api => api.openProject(photos.id)));
    const heard = await bridge.call(api => api.look(opened.handle, signalOf('clap', 1)));
    expect(failureOf(heard)).toMatchObject({ code: 'InputInvalid', detail: 'what was given is no photo' });
  });
});

describe('finishing a project of sounds', () => {
  test('gives one file from samples to probabilities that answers as the preview did', async () => {
    const { project, handle } = await taught(15);
    const { candidate: digest } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const { candidate } = await readCandidateFile(db, digest);
    expect(candidate).toMatchObject({
      parent: null,
      task: 'classification',
      labels: names,
      recipe: { kind: 'show', embedder: { kind: 'built-in' } },
      authority: { variant: 'fp32' },
      note: '45 seconds of sound of 3 classes, heard by what is built in',
      interface: {
        inputs: [
          {
            name: 'sound',
            datatype: 'FP32',
            shape: [-1, 16_000],
            meaning: { kind: 'waveform', sampleRate: 16_000 },
          },
        ],
        decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities' },
      },
    });
    const opened = valueOf(await bridge.call(api => api.openCandidate(digest)));
    for (const name of names) {
      const preview = await look(handle, name);
      const sound = soundsTensor([signalOf(name, 300)]);
      const { outputs } = valueOf(await bridge.predict(opened.handle, { sound }));
      const answered = [...(outputs['probabilities']!.data as Float32Array)];
      for (const { class: id, probability } of preview.scores) {
        expect(answered[project.classes.findIndex(each => each.id === id)]).toBeCloseTo(probability, 4);
      }
    }
  });

  test('no sound travels: what is recorded is a tone of nothing, and the file is small', async () => {
    const { handle } = await taught(8);
    const { candidate } = valueOf(await bridge.call(api => api.finishProject(handle)));
    const { recorded } = await readStoredCandidate(db, candidate);
    expect(recorded!.cases).toHaveLength(4);
    const samples = recorded!.cases.map(({ inputs }) => inputs['sound']!.data.map(Number));
    expect(new Set(samples.map(each => each.join())).size).toBe(4);
    for (const each of samples) {
      expect(each.every(value => Number.isInteger(32 * value))).toBe(true);
      expect(each.filter(value => value !== 0).length).toBeLessThanOrEqual(2000);
    }
    expect((await readCandidateFile(db, candidate)).file.length).toBeLessThan(40_000);
  });
});
