// A project in its worker is opened when it is asked for, again where the worker died, and not by what a closing cut short.
import { expect, test } from 'vitest';
import { BridgedProject } from '../../../src/app/bridge/project-port.ts';
import type { WorkerBridge } from '../../../src/app/bridge/worker-bridge.ts';
import { failure } from '../../../src/core/errors.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';

/** A worker whose learning and finishing end when they are told to, or when their handle is closed. */
function fakeWorker() {
  const open = new Map<number, ((result: Result<never>) => void)[]>();
  let opened = 0;
  let ended = (): void => undefined;
  const underWay = (handle: number) =>
    new Promise<Result<never>>(resolve => {
      const waiting = open.get(handle);
      if (waiting) waiting.push(resolve);
      else resolve(fail(failure('Aborted', 'no such handle')));
    });
  const end = (handle: number): void => {
    for (const resolve of open.get(handle) ?? []) resolve(fail(failure('Aborted', 'closed')));
    open.delete(handle);
  };
  const api = {
    openProject: () => {
      open.set(++opened, []);
      return Promise.resolve(ok({ handle: opened }));
    },
    learn: underWay,
    finishProject: underWay,
    closeProject: (handle: number) => Promise.resolve(ok(end(handle) ?? null)),
  };
  const bridge = {
    call: (use: (from: typeof api) => unknown) => use(api),
    onEnded: (listener: () => void) => {
      ended = listener;
      return () => undefined;
    },
  };
  const die = (): void => {
    ended();
    for (const handle of [...open.keys()]) end(handle);
  };
  const asked = (handle: number) => open.get(handle)?.length ?? 0;
  return { bridge: bridge as unknown as WorkerBridge, open, die, asked };
}

const none = (): void => undefined;

test('what a closing cuts short leaves nothing open', async () => {
  const worker = fakeWorker();
  const project = new BridgedProject(worker.bridge, 'p');
  const learning = project.learn(none);
  await expect.poll(() => worker.asked(1)).toBe(1);
  await project.close();
  expect((await learning).ok).toBe(false);
  expect([...worker.open.keys()]).toEqual([]);
  void project.learn(none);
  await expect.poll(() => [...worker.open.keys()]).toEqual([2]);
});

test('a worker that died is asked again, once', async () => {
  const worker = fakeWorker();
  const project = new BridgedProject(worker.bridge, 'p');
  const learning = project.learn(none);
  await expect.poll(() => worker.asked(1)).toBe(1);
  worker.die();
  await expect.poll(() => worker.asked(2)).toBe(1);
  worker.die();
  expect((await learning).ok).toBe(false);
  expect([...worker.open.keys()]).toEqual([]);
});

test('finishing goes on where a hidden page closed it, and ends with the screen', async () => {
  const worker = fakeWorker();
  const project = new BridgedProject(worker.bridge, 'p');
  const finishing = project.finish();
  await expect.poll(() => worker.asked(1)).toBe(1);
  await project.close();
  await expect.poll(() => worker.asked(2)).toBe(1);
  await project.dispose();
  expect((await finishing).ok).toBe(false);
  expect((await project.learn(none)).ok).toBe(false);
  expect([...worker.open.keys()]).toEqual([]);
});
