// What somebody says a row really is, in Use of a model of rows, with the real store: an example of its project, else a sample. It is
// never lost.
import { render } from 'preact';
import { expect, onTestFinished, test } from 'vitest';
import { ToastHost } from '../../../src/app/parts/toast.tsx';
import { Correct } from '../../../src/app/screens/use/correct.tsx';
import { type Services, services } from '../../../src/app/state/services.ts';
import type { VersionInUse } from '../../../src/app/state/version.ts';
import { rowLimits } from '../../../src/core/teach/row-limits.ts';
import type { Database } from '../../../src/device/db.ts';
import { listExamples } from '../../../src/device/examples.ts';
import { createProject } from '../../../src/device/projects.ts';
import { addRows, nameColumns } from '../../../src/device/row-examples.ts';
import { freshDB } from '../../device/fresh-db.ts';

const root = document.body.appendChild(document.createElement('main'));

/** Corrects a row of a model of these columns; the project has `a` and `b`. */
async function corrected(columns: readonly string[], features: readonly number[], fill = 0) {
  const { db } = await freshDB();
  services.value = { db } as Services;
  onTestFinished(() => {
    render(null, root);
    services.value = null;
  });
  const { id } = await createProject(db, { kind: 'row', model: 'flowers', labels: ['x', 'y'] });
  const project = await nameColumns(db, id, ['a', 'b']);
  const first = {
    class: project.classes[0]!.id,
    values: Float32Array.of(1, 2),
    recording: crypto.randomUUID(),
    source: 'file' as const,
  };
  await addRows(db, id, { columns: ['a', 'b'], rows: [first] });
  await fillUp(db, id, fill);
  const before = await db.count('examples');
  render(
    <>
      <Correct inUse={inUse(columns)} features={features} answered="x" source="form" />
      <ToastHost />
    </>,
    root,
  );
  [...root.querySelectorAll<HTMLElement>('button')]
    .find(({ innerText }) => innerText.trim() === 'y')!
    .click();
  const kept = async () => ({
    examples: (await db.count('examples')) - before,
    samples: await db.count('samples'),
  });
  return { db, id, kept };
}

function inUse(names: readonly string[]): VersionInUse {
  const meaning = { kind: 'features', names, units: names.map(() => null), ranges: null };
  const inputs = [{ name: 'row', datatype: 'FP32', shape: [-1, names.length], meaning }];
  const manifest = {
    model: 'flowers',
    version: 1,
    task: 'classification',
    labels: ['x', 'y'],
    recipe: { kind: 'show' },
    interface: { inputs, outputs: [], decision: null },
    artifacts: { dataset: null, recorded: null, topology: null },
  };
  return { model: 'flowers', version: 1, candidate: null, manifest, examples: [] } as unknown as VersionInUse;
}

/** Examples without files, which nobody reads here. */
async function fillUp(db: Database, id: string, count: number): Promise<void> {
  const [one] = await listExamples(db, id);
  const { store, done } = db.transaction('examples', 'readwrite');
  for (let i = 0; i < count; i++) {
    void store.put({ ...one!, id: i.toString(16).padStart(64, '0') });
  }
  await done;
}

test('it becomes an example of the project that made the model, and Undo takes it back', async () => {
  const { db, id, kept } = await corrected(['a', 'b'], [3, 4]);
  await expect.poll(kept).toEqual({ examples: 1, samples: 0 });
  expect((await listExamples(db, id)).at(-1)).toMatchObject({ source: 'correction' });
  await expect.poll(() => root.innerText).toContain('Kept as an example: y');
  [...root.querySelectorAll('button')].find(({ innerText }) => innerText === 'Undo')!.click();
  await expect.poll(kept).toEqual({ examples: 0, samples: 0 });
});

test('of a version of other columns, or the same in another order, it is a sample', async () => {
  const { kept } = await corrected(['b', 'a'], [3, 4]);
  await expect.poll(kept).toEqual({ examples: 0, samples: 1 });
});

test('where the project has no room for it, it is a sample, and why is said', async () => {
  const { kept } = await corrected(['a', 'b'], [3, 4], rowLimits.rows - 1);
  await expect.poll(kept, { timeout: 10_000 }).toEqual({ examples: 0, samples: 1 });
  await expect.poll(() => root.innerText).toContain('Kept as a sample');
});
