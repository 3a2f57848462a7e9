// Teaching by showing where this device chose the GPU for the model that embeds.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { openProject } from '../../src/worker/open-project.ts';
import { hasWebGpu } from '../../src/worker/ort.ts';
import { drawnPixels, storePhotoModel } from './photo-model.ts';
import { hues, newProject, show } from './shown-project.ts';

const withWebGpu = await hasWebGpu();
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  for (const store of db.objectStoreNames) await db.clear(store);
  await storePhotoModel(db, 'base');
  const choice = { key: 'base@1', provider: 'webgpu', measuredAt: new Date().toISOString() } as const;
  await db.put('choices', { ...choice, measurements: [] });
});

afterAll(() => db.close());

test(`photos are embedded on ${withWebGpu ? 'WebGPU' : 'WASM, where there is no WebGPU'}, and answered`, async () => {
  const project = await newProject(db);
  await show(db, project, 0, 3);
  await show(db, project, 1, 2);
  const opened = await openProject(db, project.id);
  expect(opened.provider).toBe(withWebGpu ? 'webgpu' : 'wasm');
  expect(await opened.learner.learn()).toMatchObject({ examples: 5, pending: 0 });
  const { scores } = await opened.learner.look(drawnPixels(777, hues[1]!));
  expect(scores[0]!.class).toBe(project.classes[1]!.id);
  await opened.learner.close();
});
