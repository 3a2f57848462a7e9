// What is learnt from is what the store has, in the parts that it has it in.
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { keepEmbedding } from '../../src/device/embeddings.ts';
import { addExamples, type NewExample, removeExamples } from '../../src/device/examples.ts';
import { createProject } from '../../src/device/projects.ts';
import type { EmbedderSession } from '../../src/worker/project-embedder.ts';
import { ProjectLearner } from '../../src/worker/project-learner.ts';
import { ProjectExamples } from '../../src/worker/project-examples.ts';
import { freshDB } from '../device/fresh-db.ts';
import { keptPhoto } from '../device/photos.ts';

/** Embeds whatever it is shown as one and the same. */
function sameForAll(): EmbedderSession {
  const embed = () => Promise.resolve(Float32Array.of(1, 2));
  const dispose = () => Promise.resolve();
  const taken = { kind: 'photo', side: 8 } as const;
  return { digest: '1'.repeat(64), width: 2, taken, embed, dispose } as unknown as EmbedderSession;
}

test('a photo that was away while it was to be learnt is learnt when it is there again; one that does not read is not', async () => {
  const { db } = await freshDB();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const given = { class: project.classes[0]!.id, recording: crypto.randomUUID(), source: 'file' as const };
  const broken = { ...(await keptPhoto(2)), bytes: Uint8Array.of(1, 2, 3) };
  const { examples } = await addExamples(db, project.id, [
    { ...given, shown: await keptPhoto(1) },
    { ...given, shown: broken },
  ]);
  const learner = new ProjectLearner(db, project.id, sameForAll());
  // As it is between a removal and the news of it.
  const file = (await db.get('exampleFiles', examples[0]!.id))!;
  await db.delete('exampleFiles', file.id);
  await learner.learn();
  expect(learner.examples.embedded).toBe(0);
  await db.put('exampleFiles', file);
  await learner.learn();
  expect([learner.examples.embedded, learner.examples.pending()]).toEqual([1, []]);
  await learner.close();
});

test('a photo that is taken away and shown again is in the part that it has now', async () => {
  const { db } = await freshDB();
  const project = await createProject(db, { model: 'cups', labels: ['cup', 'plate'] });
  const taken = { kind: 'photo', side: 8 } as const;
  const embedder = { digest: await sha256(new Uint8Array(1)), width: 2, taken };
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
