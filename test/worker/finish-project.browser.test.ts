// How a project becomes a model where something is missing: nothing held out, another model's name, somebody who stops it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { HaversackError } from '../../src/core/errors.ts';
import { composeClassifier } from '../../src/core/teach/compose-classifier.ts';
import { usualChanges } from '../../src/core/teach/photo-changes.ts';
import { keepCandidate } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { activate } from '../../src/device/library.ts';
import type { Project } from '../../src/device/project-schemas.ts';
import { removeProject } from '../../src/device/projects.ts';
import { finishProject, keepFinished, projectNow } from '../../src/worker/finish-project.ts';
import { openProject } from '../../src/worker/open-project.ts';
import { costOf, teachProjectBlocks } from '../../src/worker/project-blocks.ts';
import { foundModel } from '../device/founded.ts';
import { storePhotoModel } from './photo-model.ts';
import { newProject, show } from './shown-project.ts';
import { storeVersion } from './stored.ts';

let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
});

beforeEach(async () => {
  for (const store of db.objectStoreNames) await db.clear(store);
  await storePhotoModel(db, 'base');
});

afterAll(() => db.close());

async function shown(each: number): Promise<Project> {
  const project = await newProject(db);
  for (const place of [0, 1, 2]) await show(db, project, place, each);
  return project;
}

test('where nothing was held out, the file is held against what it was learnt from', async () => {
  const { id } = await shown(4);
  const open = await openProject(db, id);
  const { control } = open.learner;
  const finishing = await projectNow(db, open);
  expect(finishing.heldOut.ids).toEqual([]);
  const { head } = finishing.learnt;
  // A file that takes everything for the last class.
  const other = composeClassifier(finishing.chosen.embedder, {
    ...head,
    biases: head.biases.map((_bias, place) => 50 * place),
  });
  await expect(keepFinished(db, { ...finishing, file: other }, control)).rejects.toMatchObject({
    code: 'RuntimeFailed',
  });
  expect(await db.count('candidates')).toBe(0);
  await keepFinished(db, finishing, control);
  expect(await db.count('candidates')).toBe(1);
  await open.learner.close();
});

test('nothing is left of a project that is removed at the last moment', async () => {
  const { id } = await shown(5);
  const open = await openProject(db, id);
  const finishing = await projectNow(db, open);
  const chunks = await db.count('chunks');
  const control = { checkpoint: () => removeProject(db, id) };
  await expect(keepFinished(db, finishing, control)).rejects.toMatchObject({ code: 'NotFound' });
  expect([await db.count('candidates'), await db.count('chunks')]).toEqual([0, chunks]);
  await open.learner.close();
});

test('a project of photos becomes no version of a model of sounds', async () => {
  const { id, model } = await shown(5);
  const founding = await foundModel(db, await loadIdentity(db), model);
  await keepCandidate(db, founding);
  const input = { name: 'x', datatype: 'FP32' as const, shape: [-1, 2] };
  const output = { name: 'probabilities', datatype: 'FP32' as const, shape: [-1, 3], meaning: null };
  const takesSound = {
    inputs: [{ ...input, meaning: { kind: 'waveform' as const, sampleRate: 16_000 } }],
    outputs: [output],
    decision: null,
  };
  await storeVersion(db, { model, overrides: { candidate: founding, interface: takesSound } });
  await activate(db, model, 1);
  const open = await openProject(db, id);
  const before = await db.count('candidates');
  await expect(finishProject(db, open)).rejects.toMatchObject({
    code: 'TrainingImpossible',
    detail: expect.stringMatching(/takes waveform, what photos teach takes image/) as unknown,
  });
  await open.learner.close();
  expect(await db.count('candidates')).toBe(before);
  expect(await db.count('embeddings')).toBe(0);
});

/** Stops what looks at it for the nth time. */
function stoppedAt(nth: number) {
  let looks = 0;
  return {
    checkpoint: async () => {
      if (++looks >= nth) throw new HaversackError('Aborted', 'stopped');
    },
  };
}

test('last layers are stopped while photos are still embedded, and so is the question what they cost', async () => {
  const { id } = await shown(12);
  const stopped = { code: 'Aborted' };
  await expect(costOf(db, id, usualChanges, stoppedAt(4))).rejects.toMatchObject(stopped);
  await expect(teachProjectBlocks(db, id, usualChanges, stoppedAt(4), () => undefined)).rejects.toMatchObject(
    stopped,
  );
  expect(await db.count('embeddings')).toBeLessThan(36);
});
