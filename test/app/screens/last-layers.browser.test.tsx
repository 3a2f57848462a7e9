// The fold that teaches last layers, with the real store and worker: what it takes, how far it is, what came of it.
import { render } from 'preact';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/new-model.css';
import { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { Finish } from '../../../src/app/screens/new-model/finish.tsx';
import { openTeaching } from '../../../src/app/state/project.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import { openHaversackDB } from '../../../src/device/db.ts';
import { readProject } from '../../../src/device/projects.ts';
import { storePhotoModel } from '../../worker/photo-model.ts';
import { newProject, show } from '../../worker/shown-project.ts';

/** A machine under load takes its time. */
const patient = { timeout: 50_000 };
const root = document.body.appendChild(document.createElement('main'));
afterEach(() => render(null, root));

async function shown() {
  // The worker opens the device's own.
  const db = await openHaversackDB();
  for (const store of db.objectStoreNames) await db.clear(store);
  await storePhotoModel(db, 'base');
  const project = await newProject(db);
  for (const place of [0, 1, 2]) await show(db, project, place, 10);
  const training = new WorkerBridge('training');
  services.value = { db, training } as Services;
  const teaching = await openTeaching(project.id);
  onTestFinished(() => {
    render(null, root);
    teaching.dispose();
    training.stop();
    db.close();
    services.value = null;
  });
  render(<Finish teaching={teaching} />, root);
  return { db, project, teaching };
}

const fold = () => root.querySelector('details')!;
const button = (name: string) =>
  [...root.querySelectorAll('button')].find(({ textContent }) => textContent === name);

test('nothing is taught before there is something to compare it with', async () => {
  await shown();
  fold().open = true;
  await expect.poll(() => root.textContent).toContain('Finish it once first');
  expect(button('Teach them')!.ariaDisabled).toBe('true');
});

test('it says what it takes, goes on when it may, and says what came of it', patient, async () => {
  const { db, project, teaching } = await shown();
  const finished = await teaching.finish(project.model);
  if (!finished.ok) throw new Error(finished.error.detail);
  await expect.poll(() => teaching.project.value.candidate, patient).toBe(finished.value.candidate);
  fold().open = true;
  await expect.poll(() => root.textContent, patient).toContain('It would take');
  await vi.waitFor(() => expect(button('Teach them')!.ariaDisabled).toBeNull(), patient);
  button('Teach them')!.click();
  // What finishing makes would be replaced by what learns from the one before.
  await expect.poll(() => button('Pause') && button('Finish')!.ariaDisabled, patient).toBe('true');
  await expect.poll(() => root.textContent, patient).toContain('photos that it did not learn from are right');
  expect(root.textContent).toContain('Teach them again');
  expect(button('Finish')!.ariaDisabled).toBeNull();
  expect(fold().open).toBe(true);
  const { candidate } = await readProject(db, project.id);
  expect(candidate).not.toBe(finished.value.candidate);
});
