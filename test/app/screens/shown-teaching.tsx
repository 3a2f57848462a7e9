// A project as it is taught on its screen, with a worker of its own, for as long as a test runs.
import { type ComponentChildren, render } from 'preact';
import { onTestFinished } from 'vitest';
import { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { ToastHost } from '../../../src/app/parts/toast.tsx';
import { TeachByShowing } from '../../../src/app/screens/new-model/teach-by-showing.tsx';
import { openTeaching, type Teaching } from '../../../src/app/state/project.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import type { Database } from '../../../src/device/db.ts';

/** @param besides what else asks or tells */
export async function showTeaching(
  root: HTMLElement,
  db: Database,
  project: string,
  besides?: ComponentChildren,
): Promise<Teaching> {
  services.value = { db, training: new WorkerBridge('training') } as Services;
  const teaching = await openTeaching(project);
  onTestFinished(() => {
    render(null, root);
    teaching.dispose();
    services.value = null;
  });
  render(
    <>
      <TeachByShowing teaching={teaching} />
      <ToastHost />
      {besides}
    </>,
    root,
  );
  return teaching;
}
