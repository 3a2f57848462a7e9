import { describe, expect, onTestFinished, test } from 'vitest';
import type { ModelServer } from '../../../server/inference/model-server.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { VersionFiles } from '../../../server/inference/version-source.ts';
import type { Recorded } from '../../../src/core/artifact/recorded.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { OpenSession, Session } from '../../../src/core/runtime/session.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';
import { asking, nobody, recordingMeter, serverOf, sourceOf } from './sources.ts';
import { eventually } from '../../eventually.ts';

const x = float32([1, 4], numbers(4, 3));
const request = asking({ x }, { id: 'r1' });

/** ONNX Runtime for Node, with a count of what was opened and closed. */
function counted() {
  const log = { opened: 0, disposed: 0 };
  const openSession: OpenSession = async file => {
    log.opened++;
    const session = await openNodeSession(file);
    return {
      ...session,
      dispose: async () => {
        await session.dispose();
        log.disposed++;
      },
    };
  };
  return { log, openSession };
}

function files(changes: Partial<VersionFiles> = {}): VersionFiles {
  return { file: denseModel(), recorded: null, ...changes };
}

const dense = () => sourceOf(() => Promise.resolve(files()));

/** Sessions whose runs with what callers send, and no others, wait until they are let go. */
function held(feed = x) {
  let finish = () => {};
  const gate = new Promise<void>(resolve => (finish = resolve));
  let started = () => {};
  const running = new Promise<void>(resolve => (started = resolve));
  const runs: number[] = [];
  const openSession: OpenSession = async file => {
    const session = await openNodeSession(file);
    return {
      ...session,
      run: async feeds => {
        const first = (feeds['x']!.data as Float32Array)[0];
        if (first === (feed.data as Float32Array)[0]) {
          runs.push(feeds['x']!.shape[0]!);
          started();
          await gate;
        }
        return session.run(feeds);
      },
    } satisfies Session;
  };
  return { openSession, finish: () => finish(), running, runs };
}

function closedAtEnd(server: ModelServer): ModelServer {
  onTestFinished(() => server.close());
  return server;
}

/** Answers that these weights never give. */
const wrong: Recorded = {
  tolerance: 1e-4,
  cases: [
    {
      inputs: { x: { datatype: 'FP32', shape: [1, 4], data: [0, 0, 0, 0] } },
      outputs: { probabilities: { datatype: 'FP32', shape: [1, 3], data: [1, 0, 0] } },
    },
  ],
};
const one = { model: 'dense', version: 1 };

describe('loading', () => {
  test('answers, and says who did', async () => {
    const server = closedAtEnd(serverOf(dense()));
    const { outputs, by } = await server.infer({ model: 'dense', version: 3 }, request, nobody);
    expect(by).toMatchObject({
      who: 'server',
      model: 'dense',
      version: '3',
      variant: 'fp32',
      provider: 'cpu',
    });
    const probabilities = [...(outputs['probabilities']!.data as Float32Array)];
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test('loads a version once for any number of requests at the same time', async () => {
    const { log, openSession } = counted();
    const server = serverOf(dense(), { openSession });
    await Promise.all(Array.from({ length: 8 }, () => server.infer(one, request, nobody)));
    await server.metadata(one);
    expect(log).toEqual({ opened: 1, disposed: 0 });
    await server.close();
    expect(log.disposed).toBe(1);
  });

  test('drops what was not used for longest when the memory is wanted', async () => {
    const { log, openSession } = counted();
    const server = serverOf(dense(), { openSession, maxBytes: 2 * denseModel().length });
    for (const version of [1, 2, 1, 3]) await server.ready({ model: 'dense', version });
    expect(log).toEqual({ opened: 3, disposed: 1 });
    await server.ready(one);
    expect(log.opened).toBe(3);
    await server.ready({ model: 'dense', version: 2 });
    expect(log).toEqual({ opened: 4, disposed: 2 });
    await server.close();
    expect(log.disposed).toBe(4);
  });

  test('runs no session that was dropped for another version a moment before', async () => {
    const openSession: OpenSession = async file => {
      const session = await openNodeSession(file);
      let ended = false;
      return {
        ...session,
        run: feeds => (ended ? Promise.reject(new Error('it was ended')) : session.run(feeds)),
        dispose: async () => {
          ended = true;
          await new Promise(resolve => setTimeout(resolve, 5));
          await session.dispose();
        },
      };
    };
    const server = closedAtEnd(serverOf(dense(), { openSession, maxBytes: 1 }));
    // Something to drop, which takes a moment: meanwhile the versions that are loaded drop each other.
    await server.infer({ model: 'dense', version: 9 }, request, nobody);
    const versions = Array.from({ length: 12 }, (_, i) => 1 + (i % 3));
    const answers = await Promise.all(
      versions.map(version => server.infer({ model: 'dense', version }, request, nobody)),
    );
    expect(answers.map(({ by }) => Number(by.version))).toEqual(versions);
  });

  test('a session that is dropped while it runs is freed after the run', async () => {
    const { openSession, finish, running } = held();
    const order: string[] = [];
    const noting: OpenSession = async file => {
      const session = await openSession(file);
      return { ...session, dispose: () => session.dispose().then(() => void order.push('freed')) };
    };
    const server = closedAtEnd(serverOf(dense(), { openSession: noting, maxBytes: 1 }));
    const answer = server.infer(one, request, nobody).then(answered => {
      order.push('answered');
      return answered;
    });
    await running;
    await server.ready({ model: 'dense', version: 2 });
    expect(order).toEqual([]);
    finish();
    expect((await answer).by.version).toBe('1');
    await expect.poll(() => order).toEqual(['answered', 'freed']);
  });

  test('a version that does not answer what was recorded never answers, and is freed', async () => {
    const { log, openSession } = counted();
    const server = serverOf(
      sourceOf(() => Promise.resolve(files({ recorded: wrong }))),
      { openSession },
    );
    await expect(server.infer(one, request, nobody)).rejects.toMatchObject({
      code: 'RuntimeFailed',
      detail: expect.stringMatching(/^dense@1 answers 0\.\d+ beside what was recorded, allowed is 0.0001$/),
    });
    expect(log).toEqual({ opened: 1, disposed: 1 });
    expect(await server.index()).toMatchObject([
      { version: '2', state: 'UNKNOWN' },
      { version: '1', state: 'UNAVAILABLE', reason: expect.stringContaining('beside what was recorded') },
    ]);
  });

  test('a load that failed is tried again by the next request', async () => {
    let loads = 0;
    const server = closedAtEnd(
      serverOf({
        ...dense(),
        read: async () => {
          if (++loads === 1) throw new HaversackError('ChunkMissing', 'abc');
          return files();
        },
      }),
    );
    await expect(server.ready(one)).rejects.toMatchObject({ code: 'ChunkMissing' });
    await expect(server.ready(one)).resolves.toBeUndefined();
  });

  test('a reload that fails leaves the one that is there answering', async () => {
    let broken = false;
    const source = dense();
    const server = closedAtEnd(
      serverOf({ ...source, read: () => Promise.resolve(files(broken ? { recorded: wrong } : {})) }),
    );
    await server.load(one);
    broken = true;
    await expect(server.load(one)).rejects.toMatchObject({ code: 'RuntimeFailed' });
    await expect(server.infer(one, request, nobody)).resolves.toMatchObject({ by: { version: '1' } });
    expect((await server.index())[1]).toMatchObject({ state: 'READY' });
  });

  test('a reload answers with the new one, and frees the old one', async () => {
    const { log, openSession } = counted();
    const server = closedAtEnd(serverOf(dense(), { openSession }));
    await server.load(one);
    await server.load(one);
    expect(log).toEqual({ opened: 2, disposed: 1 });
  });

  test('unloading answers who waits, then nobody until it is loaded again', async () => {
    const { openSession, finish, running } = held();
    const server = closedAtEnd(serverOf(dense(), { openSession }));
    await server.ready(one);
    const answer = server.infer(one, request, nobody);
    await running;
    const unloaded = server.unload({ model: 'dense', version: undefined });
    await expect.poll(() => server.index()).toMatchObject([{ version: '2' }, { state: 'UNLOADING' }]);
    await expect(server.infer(one, request, nobody)).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(server.ready(one)).rejects.toMatchObject({ code: 'Unavailable' });
    finish();
    await expect(answer).resolves.toMatchObject({ by: { version: '1' } });
    await unloaded;
    expect((await server.index())[1]).toMatchObject({ state: 'UNAVAILABLE', reason: 'unloaded' });
    await server.load(one);
    expect((await server.index())[1]).toMatchObject({ state: 'READY', reason: '' });
    await expect(server.infer(one, request, nobody)).resolves.toMatchObject({ by: { version: '1' } });
  });

  test('unloading a model ends what is being loaded of it', async () => {
    let read = () => {};
    const arrived = new Promise<void>(resolve => (read = resolve));
    const server = closedAtEnd(serverOf({ ...dense(), read: () => arrived.then(() => files()) }));
    const ready = server.ready({ model: 'dense', version: 2 });
    await eventually(async () => expect((await server.index())[0]!.state).toBe('LOADING'));
    const unloaded = server.unload({ model: 'dense', version: undefined });
    read();
    await Promise.all([ready, unloaded]);
    await expect(server.infer({ model: 'dense', version: 2 }, request, nobody)).rejects.toMatchObject({
      code: 'Unavailable',
    });
    expect((await server.index())[0]).toMatchObject({ state: 'UNAVAILABLE', reason: 'unloaded' });
  });

  test('prepares a version only of a model that is asked for', async () => {
    const { log, openSession } = counted();
    const server = closedAtEnd(serverOf(dense(), { openSession }));
    await server.prepare('dense', 2);
    expect(log.opened).toBe(0);
    await server.ready(one);
    await server.prepare('dense', 2);
    expect(log.opened).toBe(2);
  });

  test('closing answers who waits, and takes nobody new', async () => {
    const { openSession, finish, running } = held();
    const server = serverOf(dense(), { openSession });
    const answer = server.infer(one, request, nobody);
    await running;
    const closed = server.close();
    await expect(server.infer({ ...one, version: 2 }, request, nobody)).rejects.toMatchObject({
      code: 'Unavailable',
    });
    finish();
    await expect(answer).resolves.toMatchObject({ by: { version: '1' } });
    await closed;
  });
});

describe('answering', () => {
  test('says what goes in and comes out in the protocol’s words', async () => {
    const server = closedAtEnd(serverOf(dense()));
    expect(await server.metadata({ model: 'dense', version: 2 })).toEqual({
      name: 'dense',
      versions: ['2'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
    });
  });

  test('gives the outputs that are asked for, and refuses one that is not there', async () => {
    const server = closedAtEnd(serverOf(dense()));
    const answers = (name: string) =>
      server.infer(one, { ...request, outputs: [{ name, binary: false }] }, nobody);
    expect(Object.keys((await answers('probabilities')).outputs)).toEqual(['probabilities']);
    await expect(answers('logits')).rejects.toMatchObject({
      code: 'InputInvalid',
      detail: "there is no output 'logits', only probabilities",
    });
  });

  test('refuses inputs that do not fit before they wait', async () => {
    const { openSession, runs } = held();
    const server = closedAtEnd(serverOf(dense(), { openSession }));
    const wide = asking({ x: float32([1, 5], numbers(5, 3)) });
    await expect(server.infer(one, wide, nobody)).rejects.toMatchObject({ code: 'InputInvalid' });
    expect(runs).toEqual([]);
  });

  test('who is turned away is told what to run, and when to come again', async () => {
    const { openSession, finish, running } = held();
    const server = closedAtEnd(
      serverOf(
        sourceOf(() => Promise.resolve(files()), { maxQueue: 2 }),
        { openSession },
      ),
    );
    const first = server.infer(one, request, nobody);
    await running;
    const waiting = [server.infer(one, request, nobody), server.infer(one, request, nobody)];
    await expect(server.infer(one, request, nobody)).rejects.toMatchObject({
      code: 'Overloaded',
      detail: '2 requests wait for dense@1, at most 2 may.',
      members: { offload: { model: 'dense', version: 1, variant: 'int8', bytes: 7 } },
    });
    finish();
    await Promise.all([first, ...waiting]);
    await expect(server.infer(one, request, nobody)).resolves.toMatchObject({ by: { version: '1' } });
  });

  test('who would be turned away is told before the body is read, unless answers are kept', async () => {
    const { openSession, finish, running } = held();
    const source = sourceOf(() => Promise.resolve(files()), { maxQueue: 1 });
    const server = closedAtEnd(serverOf(source, { openSession }));
    await server.admit(one, nobody);
    const first = server.infer(one, request, nobody);
    await running;
    await server.admit(one, nobody);
    const waiting = server.infer(one, request, nobody);
    await eventually(() =>
      expect(server.admit(one, nobody)).rejects.toMatchObject({
        code: 'Overloaded',
        members: { offload: { model: 'dense', version: 1, variant: 'int8', bytes: 7 } },
      }),
    );
    finish();
    await Promise.all([first, waiting]);
    await server.admit(one, nobody);
  });

  test('the shortest of what the model, the request and the caller say is the deadline', async () => {
    const { openSession, finish, running } = held();
    const source = sourceOf(() => Promise.resolve(files()));
    const server = closedAtEnd(serverOf(source, { openSession }));
    const blocking = server.infer(one, request, nobody);
    await running;
    const late = { code: 'DeadlineExceeded' };
    await expect(
      server.infer(one, { ...request, parameters: { timeout: 20_000 } }, nobody),
    ).rejects.toMatchObject(late);
    await expect(server.infer(one, request, { ...nobody, timeoutMs: 20 })).rejects.toMatchObject(late);
    // A later run of a request has what the earlier ones have left.
    const arrivedAt = performance.now() - source.settings.deadlineMs;
    await expect(server.infer(one, request, { ...nobody, arrivedAt })).rejects.toMatchObject(late);
    source.settings = { ...source.settings, deadlineMs: 20 };
    await expect(server.infer(one, request, nobody)).rejects.toMatchObject(late);
    finish();
    await blocking;
  });

  test('a load that takes longer than the caller waits is late, and goes on for the next one', async () => {
    let read = () => {};
    const arrived = new Promise<void>(resolve => (read = resolve));
    const server = closedAtEnd(serverOf({ ...dense(), read: () => arrived.then(() => files()) }));
    await expect(server.infer(one, request, { ...nobody, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'DeadlineExceeded',
      detail: expect.stringMatching(/^dense@1 was not loaded in \d+ ms$/),
    });
    const gone = new AbortController();
    const left = server.infer(one, request, { ...nobody, signal: gone.signal });
    gone.abort();
    await expect(left).rejects.toMatchObject({ code: 'Aborted' });
    read();
    await expect(server.infer(one, request, nobody)).resolves.toMatchObject({ by: { version: '1' } });
  });

  test('tells the meter what it does', async () => {
    const { calls, meter } = recordingMeter();
    const server = serverOf(dense(), { meter });
    await server.infer(one, request, nobody);
    await expect(server.infer(one, asking({}), nobody)).rejects.toMatchObject({ code: 'InputInvalid' });
    await server.close();
    const bytes = denseModel().length;
    const time = expect.any(Number);
    expect(calls).toEqual([
      ['load', 'dense', '1', 'ready'],
      ['sessions', 1, bytes],
      ['queue', 'dense', 1],
      ['queue', 'dense', 0],
      ['batch', 'dense', '1', 1, 1, time],
      ['request', 'dense', '1', 'ok', time],
      ['request', 'dense', '1', 'InputInvalid', time],
      ['load', 'dense', '1', 'unloaded'],
      ['sessions', 0, 0],
    ]);
  });
});

test('what is not there is told, and neither counted nor kept in mind', async () => {
  const { calls, meter } = recordingMeter();
  const server = closedAtEnd(
    serverOf(
      sourceOf(() => Promise.reject(new HaversackError('NotFound', 'there is no dense@1'))),
      { meter },
    ),
  );
  await expect(server.infer(one, request, nobody)).rejects.toMatchObject({ code: 'NotFound' });
  expect(calls).toEqual([]);
  expect((await server.index())[1]).toMatchObject({ state: 'UNKNOWN' });
});

describe('answers that are kept', () => {
  const kept = () => sourceOf(() => Promise.resolve(files()), { cacheBytes: 2 ** 20 });

  test('the same question is computed once, one at a time or together', async () => {
    const { openSession, finish, runs } = held();
    finish();
    const server = closedAtEnd(serverOf(kept(), { openSession }));
    const together = await Promise.all([1, 2, 3].map(() => server.infer(one, request, nobody)));
    const later = await server.infer(one, { ...request, id: 'r2' }, nobody);
    expect(runs).toEqual([1]);
    for (const { outputs, by } of [...together, later]) {
      expect(outputs).toEqual(together[0]!.outputs);
      expect(by).toEqual(together[0]!.by);
    }
  });

  test('another caller, version, output or input is another question', async () => {
    const { openSession, finish, runs } = held();
    finish();
    const source = sourceOf((_, version) => Promise.resolve(files({ file: denseModel(version) })), {
      cacheBytes: 2 ** 20,
    });
    const server = closedAtEnd(serverOf(source, { openSession }));
    await server.infer(one, request, nobody);
    await server.infer(one, request, { ...nobody, tenant: 'access-key:1' });
    await server.infer({ ...one, version: 2 }, request, nobody);
    await server.infer(one, { ...request, outputs: [{ name: 'probabilities', binary: true }] }, nobody);
    expect(runs).toEqual([1, 1, 1, 1]);
  });

  test('none are when the settings keep none, from the next request on', async () => {
    const { openSession, finish, runs } = held();
    finish();
    const source = kept();
    const server = closedAtEnd(serverOf(source, { openSession }));
    await server.infer(one, request, nobody);
    source.settings = { ...source.settings, cacheBytes: 0 };
    await server.infer(one, request, nobody);
    source.settings = { ...source.settings, cacheBytes: 2 ** 20 };
    await server.infer(one, request, nobody);
    expect(runs).toEqual([1, 1, 1]);
  });

  test('who waits for another’s waits no longer than its own time', async () => {
    const { openSession, finish, running } = held();
    const source = sourceOf(() => Promise.resolve(files()), { cacheBytes: 2 ** 20 });
    const server = closedAtEnd(serverOf(source, { openSession }));
    const patient = server.infer(one, request, nobody);
    await running;
    await expect(server.infer(one, request, { ...nobody, timeoutMs: 20 })).rejects.toMatchObject({
      code: 'DeadlineExceeded',
    });
    finish();
    await patient;
  });

  test('a failure is not kept, and who waited for one that gave up is answered', async () => {
    const { openSession, finish, running, runs } = held();
    const server = closedAtEnd(serverOf(kept(), { openSession }));
    const other = server.infer(
      one,
      asking({ x: float32([2, 4], [...numbers(4, 3), ...numbers(4, 5)]) }),
      nobody,
    );
    await running;
    const gone = new AbortController();
    const first = server.infer(one, request, { ...nobody, signal: gone.signal });
    const second = server.infer(one, request, nobody);
    gone.abort();
    finish();
    await expect(first).rejects.toMatchObject({ code: 'Aborted' });
    await expect(second).resolves.toMatchObject({ by: { version: '1' } });
    await other;
    expect(runs).toEqual([2, 1]);
  });
});
