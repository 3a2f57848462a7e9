import { describe, expect, test } from 'vitest';
import { HaversackError } from '../../../src/core/errors.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';
import { asking, nobody, recordingMeter, serverOf, sourceOf } from './sources.ts';
import { eventually } from '../../eventually.ts';
import { request, files, dense, held, closedAtEnd, one } from './dense-server.ts';

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
