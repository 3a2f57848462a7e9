// What is learnt from is what the store has, in the parts that it has it in.
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { keepEmbedding } from '../../src/device/embeddings.ts';
import { addExamples, type NewExample, removeExamples } from '../../src/device/examples.ts';
import { createProject } from '../../src/device/projects.ts';
import { ProjectExamples } from '../../src/worker/project-examples.ts';
import { freshDB } from '../device/fresh-db.ts';
import { keptPhoto } from '../device/photos.ts';

test('a photo that is taken away and shown again is in the part that it has now', async () => {
  const { db } = await freshDB();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const embedder = { digest: await sha256(new Uint8Array(1)), width: 2 };
  const given = async (seed: number, part: 'train' | 'test'): Promise<NewExample> => ({
    shown: await keptPhoto(seed),
    class: project.classes[0]!.id,
    recording: crypto.randomUUID(),
    source: 'file',
    part,
  });
  const added = await addExamples(db, project.id, [await given(1, 'train'), await given(2, 'train')]);
  const known = new ProjectExamples(2);
  const sync = async (): Promise<void> => {
    for (const { id } of added.examples) {
      await keepEmbedding(db, embedder.digest, id, Float32Array.of(1, 2));
    }
    await known.sync(db, project, embedder);
  };
  await sync();
  expect([known.nearest.size, known.rows('test').ids.length]).toEqual([2, 0]);
  const { changes } = known;
  const [, again] = added.examples;
  await removeExamples(db, [again!.id]);
  await addExamples(db, project.id, [await given(2, 'test')]);
  await sync();
  expect(known.rows('test').ids).toEqual([again!.id]);
  expect(known.nearest.size).toBe(1);
  expect(known.changes).toBeGreaterThan(changes);
});
