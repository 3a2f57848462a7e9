import { beforeEach, expect, test } from 'vitest';
import { HaversackError } from '../../src/core/errors.ts';
import { float32 } from '../../src/core/tensor.ts';
import { FallbackSession } from '../../src/worker/fallback-session.ts';
import type { WebProvider } from '../../src/worker/ort.ts';
import type { OrtSession } from '../../src/worker/ort-session.ts';

/** Opened and not disposed of. */
let live: Set<WebProvider>;
beforeEach(() => {
  live = new Set();
});

const answers = { y: float32([1], [1]) };

/** @param run absent: it answers */
function session(provider: WebProvider, run = () => Promise.resolve(answers)): OrtSession {
  live.add(provider);
  const dispose = (): Promise<void> => {
    live.delete(provider);
    return Promise.resolve();
  };
  return { provider, inputs: [], outputs: [], run, dispose };
}

const lost = () => Promise.reject(new HaversackError('RuntimeFailed', 'the GPU is lost'));

test('where the GPU fails, WASM answers, opened once, and the other is let go', async () => {
  const opens: OrtSession[] = [];
  const open = () => {
    opens.push(session('wasm'));
    return Promise.resolve(opens[0]!);
  };
  const both = new FallbackSession(session('webgpu', lost), open);
  expect(await Promise.all([both.run({}), both.run({})])).toEqual([answers, answers]);
  expect([opens.length, both.provider, [...live]]).toEqual([1, 'wasm', ['wasm']]);
  await both.dispose();
  expect([...live]).toEqual([]);
});

test('what fails on WASM fails', async () => {
  const one = new FallbackSession(session('wasm', lost), () => Promise.reject(new Error('not asked for')));
  await expect(one.run({})).rejects.toMatchObject({ code: 'RuntimeFailed' });
});

test('closed while WASM is being opened, it closes that, too', async () => {
  let opened = (_: OrtSession): void => undefined;
  const opening = new Promise<OrtSession>(resolve => (opened = resolve));
  let isAsked = (): void => undefined;
  const asked = new Promise<void>(resolve => (isAsked = resolve));
  const both = new FallbackSession(session('webgpu', lost), () => {
    isAsked();
    return opening;
  });
  const running = both.run({});
  await asked;
  const closing = both.dispose();
  opened(session('wasm'));
  await Promise.all([running, closing]);
  expect([...live]).toEqual([]);
});

test('failing once it was closed, it opens nothing', async () => {
  let fail = (_: Error): void => undefined;
  const failing = new Promise<never>((_, reject) => (fail = reject));
  const both = new FallbackSession(
    session('webgpu', () => failing),
    () => Promise.resolve(session('wasm')),
  );
  const running = both.run({});
  const closing = both.dispose();
  fail(new HaversackError('RuntimeFailed', 'the GPU is lost'));
  await expect(running).rejects.toMatchObject({ code: 'RuntimeFailed' });
  await closing;
  expect([...live]).toEqual([]);
});
