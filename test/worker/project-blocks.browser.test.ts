// Last blocks of a project, taught as the page has it: photos in the store, an image model of the library, the real worker.
import { proxy } from 'comlink';
import { afterAll, beforeEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { type Bytes, sha256 } from '../../src/core/artifact/digest.ts';
import { Graph } from '../../src/core/onnx/graph.ts';
import { usualChanges } from '../../src/core/teach/photo-changes.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import type { TrainControl } from '../../src/core/train/engine.ts';
import { readCandidateFile } from '../../src/device/candidates.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { moveExamples } from '../../src/device/example-moves.ts';
import { listExamples, readExampleFile, removeExamples } from '../../src/device/examples.ts';
import { renameClass } from '../../src/device/project-classes.ts';
import type { Project } from '../../src/device/project-schemas.ts';
import { readProject, renameProject } from '../../src/device/projects.ts';
import type { BlocksRunProgress } from '../../src/worker/blocks-protocol.ts';
import { openProject } from '../../src/worker/open-project.ts';
import { teachProjectBlocks } from '../../src/worker/project-blocks.ts';
import { RunControl } from '../../src/worker/run-control.ts';
import { failureOf, valueOf } from './outcome.ts';
import { photoModel, storePhotoModel } from './photo-model.ts';
import { newProject, show } from './shown-project.ts';

const bridge = new WorkerBridge('training');
let db: Database;
let project: Project;

beforeAll(async () => {
  db = await openHaversackDB();
});

beforeEach(async () => {
  for (const store of db.objectStoreNames) await db.clear(store);
  await storePhotoModel(db, 'base');
  project = await newProject(db);
  for (const place of [0, 1, 2]) await show(db, project, place, 12);
});

afterAll(() => {
  bridge.stop();
  db.close();
});

const digestOf = async (photo: Blob) => sha256(new Uint8Array(await photo.arrayBuffer()));

/** Weights of the model that sees that are not in the file as they were. */
function changedIn(file: Bytes): string[] {
  const { initializers } = Graph.read(file);
  const bytesOf = ({ data }: Tensor) => new Uint8Array((data as Float32Array).slice().buffer).join();
  const before = Graph.read(photoModel()).initializers;
  return ['W1', 'W2'].filter(name => bytesOf(initializers.get(name)!) !== bytesOf(before.get(name)!));
}

function teach(onProgress: (progress: BlocksRunProgress) => void = () => undefined) {
  return bridge.call(api => api.teachBlocks(project.id, usualChanges, proxy(onProgress)));
}

describe('last blocks', () => {
  test('become a candidate where they are no worse than the head alone, and say how often each is right', async () => {
    const { handle } = valueOf(await bridge.call(api => api.openProject(project.id)));
    const alone = valueOf(await bridge.call(api => api.finishProject(handle))).candidate;
    const seen: BlocksRunProgress[] = [];
    const outcome = valueOf(await teach(progress => seen.push(progress)));
    const { candidate, head, blocks, heldOut } = outcome;
    expect(heldOut).toBe((await listExamples(db, project.id)).filter(({ part }) => part === 'test').length);
    expect(candidate !== null).toBe(blocks >= head);
    // Three colours, which a head tells apart, and with it whatever begins there.
    expect([head, outcome.current, blocks]).toEqual([heldOut, heldOut, heldOut]);
    expect((await readProject(db, project.id)).candidate).toBe(candidate);
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['looking', 'learning', 'judging']);
    expect(seen.at(-1)).toMatchObject({ phase: 'judging', done: 2 * heldOut, total: 2 * heldOut });
    const kept = await readCandidateFile(db, candidate!);
    expect(kept.candidate.recipe).toMatchObject({ kind: 'show', blocks: { share: 3456 / (432 + 3456) } });
    // Those that said when to stop are not among those that were learnt from.
    const { train, validation, test: held } = kept.candidate.data!.rows;
    expect(validation).toBeGreaterThan(0);
    expect([train + validation, held]).toEqual([36 - heldOut, heldOut]);
    expect(kept.candidate.evaluations[0]).toMatchObject({ n: heldOut, metrics: { accuracy: 1 } });
    // What founds a model takes the place of what was to found it before.
    expect(await db.get('candidates', alone)).toBeUndefined();
    expect(changedIn(kept.file)).toEqual(['W2']);
    await bridge.call(api => api.closeProject(handle));
  });

  test('wait while they are paused, and leave nothing behind where they are stopped', async () => {
    let [last, isPaused] = [0, false];
    const run = teach(({ phase, done }) => {
      last = done;
      if (phase !== 'learning' || isPaused) return;
      isPaused = true;
      void bridge.tell(api => api.pause());
    });
    await vi.waitFor(() => expect(isPaused).toBe(true), { timeout: 30_000 });
    // Steps that were told before the pause arrived.
    await vi.waitFor(async () => {
      const before = last;
      await new Promise(resolve => setTimeout(resolve, 200));
      expect(last).toBe(before);
    });
    await bridge.tell(api => api.stop());
    expect(failureOf(await run).code).toBe('Aborted');
    expect(await db.count('candidates')).toBe(0);
    expect((await readProject(db, project.id)).candidate).toBeNull();
  });

  test('stop where they are told so before anything of them is loaded', async () => {
    const fresh = new WorkerBridge('training');
    onTestFinished(() => fresh.stop());
    const run = fresh.call(api =>
      api.teachBlocks(
        project.id,
        usualChanges,
        proxy(() => undefined),
      ),
    );
    await fresh.tell(api => api.stop());
    expect(failureOf(await run).code).toBe('Aborted');
  });

  /** @param meanwhile once, at the first moment after `since` holds: when the first step has been taken, unless said otherwise */
  function teachWhile(
    meanwhile: () => Promise<unknown>,
    since: (progress: BlocksRunProgress) => boolean = ({ phase }) => phase === 'learning',
  ) {
    const within = new RunControl();
    let [isTime, isDone] = [false, false];
    const control: TrainControl = {
      checkpoint: async () => {
        await within.checkpoint();
        if (!isTime || isDone) return;
        isDone = true;
        await meanwhile();
      },
    };
    return teachProjectBlocks(db, project.id, usualChanges, control, progress => {
      isTime ||= since(progress);
    });
  }

  test('take not the place of a model that is right more often, however often the head alone is', async () => {
    const { handle } = valueOf(await bridge.call(api => api.openProject(project.id)));
    const before = valueOf(await bridge.call(api => api.finishProject(handle))).candidate;
    await bridge.call(api => api.closeProject(handle));
    // What is learnt from is called by the next class's name from now on; what is held out is not.
    const shown = (await listExamples(db, project.id)).filter(({ part }) => part === 'train');
    const nextOf = (of: string) =>
      project.classes[(project.classes.findIndex(({ id }) => id === of) + 1) % 3]!.id;
    await moveExamples(
      db,
      shown.map(({ id, class: of }) => ({ id, class: nextOf(of) })),
    );
    const outcome = valueOf(await teach());
    expect(outcome).toMatchObject({ candidate: null, head: 0, current: outcome.heldOut, blocks: 0 });
    expect((await readProject(db, project.id)).candidate).toBe(before);
  });

  test('take the place of nothing where the project became another model meanwhile', async () => {
    const taught = teachWhile(() => renameProject(db, project.id, 'others'));
    await expect(taught).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('model'),
    });
    expect(await db.count('candidates')).toBe(0);
  });

  test('take the place of nothing where another tab changes the project just before they are kept', async () => {
    const judged = ({ phase, done, total }: BlocksRunProgress) => phase === 'judging' && done === total;
    const taught = teachWhile(() => renameClass(db, project.id, project.classes[0]!.id, 'another'), judged);
    await expect(taught).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('classes'),
    });
    expect(await db.count('candidates')).toBe(0);
    expect((await readProject(db, project.id)).candidate).toBeNull();
  });

  test('are not kept where held-out photos are removed meanwhile, until too few are left', async () => {
    const taught = teachWhile(async () => {
      const heldOut = (await listExamples(db, project.id)).filter(({ part }) => part === 'test');
      await removeExamples(
        db,
        heldOut.map(({ id }) => id),
      );
    });
    await expect(taught).rejects.toMatchObject({ code: 'TrainingImpossible' });
    expect(await db.count('candidates')).toBe(0);
  });

  test('read no held-out photo before they have learnt, and no more than two at once', async () => {
    const opened = await openProject(db, project.id);
    await opened.learner.learn();
    await opened.learner.close();
    const examples = await listExamples(db, project.id);
    const parts = new Map(
      await Promise.all(
        examples.map(async ({ id, part }) => {
          const file = (await readExampleFile(db, id))!;
          return [await digestOf(file), part] as const;
        }),
      ),
    );
    let [phase, alive, most] = ['looking', 0, 0];
    const read: { readonly digest: Promise<string>; readonly phase: string }[] = [];
    const { createImageBitmap: create } = globalThis;
    const spy = vi.spyOn(globalThis, 'createImageBitmap').mockImplementation(async (...given: unknown[]) => {
      read.push({ digest: digestOf(given[0] as Blob), phase });
      const bitmap = await (create as (...all: unknown[]) => Promise<ImageBitmap>)(...given);
      most = Math.max(most, ++alive);
      const close = bitmap.close.bind(bitmap);
      bitmap.close = () => {
        alive--;
        close();
      };
      return bitmap;
    });
    await teachProjectBlocks(db, project.id, usualChanges, new RunControl(), progress => {
      phase = progress.phase;
    });
    spy.mockRestore();
    const learntFrom = read.filter(each => each.phase === 'looking');
    const partsRead = await Promise.all(learntFrom.map(async ({ digest }) => parts.get(await digest)));
    expect(partsRead).toEqual(examples.filter(({ part }) => part === 'train').map(() => 'train'));
    expect(alive).toBe(0);
    expect(most).toBeLessThanOrEqual(2);
  });

  test('are refused where too few photos are held out to tell what is better', async () => {
    project = await newProject(db);
    for (const place of [0, 1, 2]) await show(db, project, place, 4, 500);
    const failed = failureOf(await teach());
    expect(failed).toMatchObject({ code: 'TrainingImpossible' });
    expect(failed.detail).toContain('held out');
  });

  test('cost what a few photos and steps say, and nothing is kept', async () => {
    const cost = valueOf(await bridge.call(api => api.blocksCost(project.id, usualChanges)));
    expect(cost.seconds).toBeGreaterThan(0);
    expect(await db.count('candidates')).toBe(0);
  });
});
