// The life of a worker as its page sees it: late start, idle end, crash, hang. Real workers throughout.
import { afterEach, describe, expect, test } from 'vitest';
import { stopGraceMs, WorkerBridge, type WorkerRole } from '../../../src/app/bridge/worker-bridge.ts';

const bridges: WorkerBridge[] = [];

afterEach(() => {
  for (const bridge of bridges.splice(0)) bridge.stop();
});

/** A bridge to workers that run these lines, one script after the other; all that it started are kept. */
function bridgeTo(scripts: readonly string[], role: WorkerRole = 'serving') {
  const started: Worker[] = [];
  const bridge = new WorkerBridge(role, {
    idleMs: 100,
    createWorker: () => {
      const script = new Blob([scripts[Math.min(started.length, scripts.length - 1)]!]);
      const worker = new Worker(URL.createObjectURL(script));
      started.push(worker);
      return worker;
    },
  });
  bridges.push(bridge);
  return { bridge, started };
}

/** Comlink's wire: an answer to any message. */
const answers = (value: unknown) =>
  `onmessage = ({ data }) => postMessage({ id: data.id, type: 'RAW', value: ${JSON.stringify(value)} });`;
const hangs = 'onmessage = () => undefined;';
const throws = 'onmessage = () => { throw new Error("boom"); };';

describe('WorkerBridge', () => {
  test('starts its worker with the first call, and one only', async () => {
    const { bridge, started } = bridgeTo([answers({ ok: true, value: null })]);
    expect(started).toHaveLength(0);
    const results = await Promise.all([1, 2, 3].map(handle => bridge.call(api => api.close(handle))));
    expect(results).toEqual(Array.from({ length: 3 }, () => ({ ok: true, value: null })));
    expect(started).toHaveLength(1);
    expect(bridge.generation).toBe(1);
  });

  test('a crash answers every call in flight, tells listeners, and the next call gets a new worker', async () => {
    const { bridge, started } = bridgeTo([throws, answers({ ok: true, value: null })]);
    const ended: number[] = [];
    bridge.onEnded(generation => ended.push(generation));
    const results = await Promise.all([1, 2].map(handle => bridge.call(api => api.close(handle))));
    for (const result of results) {
      expect(result).toMatchObject({ ok: false, error: { code: 'RuntimeFailed' } });
      expect(!result.ok && result.error.detail).toMatch(/boom/);
    }
    expect(ended).toEqual([1]);
    expect(await bridge.call(api => api.close(1))).toEqual({ ok: true, value: null });
    expect(started).toHaveLength(2);
    expect(bridge.generation).toBe(2);
  });

  test('a script that cannot be loaded is told, not waited for', async () => {
    const bridge = new WorkerBridge('serving', { createWorker: () => new Worker('/no/such/worker.js') });
    bridges.push(bridge);
    const result = await bridge.call(api => api.close(1));
    expect(result).toMatchObject({ ok: false, error: { code: 'RuntimeFailed' } });
  });

  test('a worker that does not stop within its grace is ended, and its call answers Aborted', async () => {
    const { bridge } = bridgeTo([hangs], 'training');
    const call = bridge.call(api => api.close(1));
    bridge.stop();
    const early = await Promise.race([call, new Promise(done => setTimeout(done, stopGraceMs / 2, 'waits'))]);
    expect(early).toBe('waits');
    expect(await call).toMatchObject({ ok: false, error: { code: 'Aborted' } });
  });

  test('an idle worker without open models is ended, and started again when it is needed', async () => {
    const { bridge, started } = bridgeTo([answers({ ok: true, value: null })]);
    // `openCount` is answered by an object here, which is not more than 0.
    const ended = new Promise(resolve => bridge.onEnded(resolve));
    await bridge.call(api => api.close(1));
    expect(await ended).toBe(1);
    await bridge.call(api => api.close(1));
    expect(started).toHaveLength(2);
  });

  test('a worker with an open model is kept', async () => {
    const { bridge, started } = bridgeTo([answers(1)]);
    await bridge.call(api => api.close(1));
    await new Promise(resolve => setTimeout(resolve, 500));
    await bridge.call(api => api.close(1));
    expect(started).toHaveLength(1);
  });

  test('the real worker ends when idle', async () => {
    const bridge = new WorkerBridge('serving', { idleMs: 100 });
    bridges.push(bridge);
    const ended = new Promise(resolve => bridge.onEnded(resolve));
    expect(await bridge.call(api => api.close(9))).toEqual({ ok: true, value: null });
    expect(await ended).toBe(1);
  });

  test('a crash answers predictions, too', async () => {
    const { bridge } = bridgeTo([throws]);
    const results = await Promise.all([bridge.predict(1, {}), bridge.call(api => api.close(1))]);
    for (const result of results) expect(result).toMatchObject({ error: { code: 'RuntimeFailed' } });
  });

  test('a worker that predicts is not ended as idle, and one that is told to stop is', async () => {
    // It answers calls, and never a prediction.
    const { bridge, started } = bridgeTo([answers({ ok: true, value: null })]);
    await bridge.call(api => api.close(1));
    const prediction = bridge.predict(1, {});
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(started).toHaveLength(1);
    expect(bridge.generation).toBe(1);
    bridge.stop();
    expect(await prediction).toMatchObject({ ok: false, error: { code: 'Aborted' } });
  });

  test('what cannot be sent is told at once, and the worker goes on', async () => {
    const { bridge } = bridgeTo([hangs]);
    const data = Object.assign(['a'], { 0: () => 'a function' }) as unknown as string[];
    const result = await bridge.predict(1, { x: { datatype: 'BYTES', shape: [1], data } });
    expect(result).toMatchObject({ ok: false, error: { code: 'InputInvalid' } });
  });

  test('what has no answer starts no worker', async () => {
    const { bridge, started } = bridgeTo([hangs]);
    await bridge.tell(api => api.pause());
    bridge.stop();
    expect(started).toHaveLength(0);
  });
});
