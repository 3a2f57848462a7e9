import { describe, expect, test } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Recorded } from '../../../src/core/artifact/recorded.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { OpenSession } from '../../../src/core/runtime/session.ts';
import { denseModel } from '../../core/onnx/models.ts';
import { nobody, serverOf, sourceOf } from './sources.ts';
import { eventually } from '../../eventually.ts';
import { request, files, dense, held, closedAtEnd, one } from './dense-server.ts';

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
