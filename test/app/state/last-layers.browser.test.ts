// A run of last layers as the page steers it: held up while nobody looks, and gone on with when they do.
import { afterEach, expect, test, vi } from 'vitest';
import { failure } from '../../../src/core/errors.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { usualChanges } from '../../../src/core/teach/photo-changes.ts';
import { createLastLayers, type LastLayersPort } from '../../../src/app/state/last-layers.ts';
import type { BlocksOutcome, BlocksRunProgress } from '../../../src/worker/blocks-protocol.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A worker whose run ends when it is told to. */
function steered() {
  const asked: string[] = [];
  let end: (result: Result<BlocksOutcome>) => void = () => undefined;
  let tell: (progress: BlocksRunProgress) => void = () => undefined;
  const port: LastLayersPort = {
    cost: () => Promise.resolve(ok({ seconds: 12, share: 0.5 })),
    teach: (_project, _changes, onProgress) => {
      tell = onProgress;
      return new Promise(resolve => (end = resolve));
    },
    pause: () => Promise.resolve(void asked.push('pause')),
    resume: () => Promise.resolve(void asked.push('resume')),
    stop: () => {
      asked.push('stop');
      end(fail(failure('Aborted', 'stopped between two steps')));
    },
  };
  let awake = 0;
  const layers = createLastLayers(port, () => {
    awake++;
    return () => {
      awake--;
    };
  });
  return {
    layers,
    asked,
    isAwake: () => awake > 0,
    end: (result: Result<BlocksOutcome>) => end(result),
    tell: (progress: BlocksRunProgress) => tell(progress),
  };
}

function look(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

const outcome: BlocksOutcome = { candidate: null, head: 4, current: 4, blocks: 3, heldOut: 5, seconds: 1 };

test('waits while the page is hidden, and goes on when it is seen', async () => {
  const { layers, asked, end, tell, isAwake } = steered();
  const run = layers.start('a', usualChanges);
  tell({ phase: 'learning', done: 1, total: 9, remainingMs: 80 });
  expect(layers.state.value).toMatchObject({ phase: 'running', progress: { done: 1 } });
  expect(isAwake()).toBe(true);
  look('hidden');
  look('visible');
  expect(asked).toEqual(['pause', 'resume']);
  end(ok(outcome));
  await run;
  expect(layers.state.value).toEqual({ phase: 'done', project: 'a', outcome });
  expect(isAwake()).toBe(false);
  look('hidden');
  expect(asked).toHaveLength(2);
});

test('stays paused for whoever paused it, seen or not', async () => {
  const { layers, asked } = steered();
  const run = layers.start('a', usualChanges);
  await layers.pause();
  look('hidden');
  look('visible');
  expect(asked).toEqual(['pause']);
  expect(layers.state.value.phase).toBe('paused');
  await layers.resume();
  expect(asked).toEqual(['pause', 'resume']);
  layers.stop();
  await run;
  expect(layers.state.value).toEqual({ phase: 'idle' });
});

test('is one at a time, and is not timed meanwhile', async () => {
  const { layers, end } = steered();
  const run = layers.start('a', usualChanges);
  await layers.start('b', usualChanges);
  await layers.askCost('b', usualChanges);
  expect(layers.state.value).toMatchObject({ project: 'a' });
  expect(layers.cost.value).toBeNull();
  end(fail(failure('RuntimeFailed', 'no memory')));
  await run;
  expect(layers.state.value).toMatchObject({
    phase: 'failed',
    project: 'a',
    failure: { code: 'RuntimeFailed' },
  });
  await layers.askCost('b', usualChanges);
  expect(layers.cost.value).toEqual({ phase: 'known', project: 'b', cost: { seconds: 12, share: 0.5 } });
});
