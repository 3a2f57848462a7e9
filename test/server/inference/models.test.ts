import { describe, expect, test } from 'vitest';
import { type LoadedVersion, maxRunsPerVersion, ModelHost } from '../../../server/inference/models.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Recorded } from '../../../src/core/artifact/recorded.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { InferRequest } from '../../../src/core/protocol/infer-request.ts';
import type { OpenSession, Session } from '../../../src/core/runtime/session.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';

const x = float32([1, 4], numbers(4, 3));
const request: InferRequest = {
  id: 'r1',
  parameters: {},
  inputs: { x },
  outputs: null,
  binaryOutputs: false,
};

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

function loaded(changes: Partial<LoadedVersion> = {}): LoadedVersion {
  return { file: denseModel(), recorded: null, ...changes };
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

describe('ModelHost', () => {
  test('answers with the version’s number and the request’s id', async () => {
    const host = new ModelHost(() => Promise.resolve(loaded()), { openSession: openNodeSession });
    const response = await host.infer('dense', 3, request);
    expect(response).toMatchObject({ modelName: 'dense', modelVersion: '3', id: 'r1' });
    const probabilities = [...(response.outputs['probabilities']!.data as Float32Array)];
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    await host.close();
  });

  test('runs no session that was dropped for another version a moment before', async () => {
    const host = new ModelHost(() => Promise.resolve(loaded()), {
      maxBytes: 1,
      openSession: async file => {
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
      },
    });
    // Something to drop, which takes a moment: meanwhile the versions that are loaded drop each other.
    await host.infer('dense', 9, request);
    const versions = Array.from({ length: 12 }, (_, i) => 1 + (i % 3));
    const answers = await Promise.all(versions.map(version => host.infer('dense', version, request)));
    expect(answers.map(answer => Number(answer.modelVersion))).toEqual(versions);
    await host.close();
  });

  test('loads a version once for any number of requests at the same time', async () => {
    const { log, openSession } = counted();
    let loads = 0;
    const host = new ModelHost(() => Promise.resolve((loads++, loaded())), { openSession });
    await Promise.all(Array.from({ length: 8 }, () => host.infer('dense', 1, request)));
    await host.metadata('dense', 1);
    expect({ loads, ...log }).toEqual({ loads: 1, opened: 1, disposed: 0 });
    await host.close();
    expect(log.disposed).toBe(1);
  });

  test('drops what was not used for longest when the memory is wanted', async () => {
    const { log, openSession } = counted();
    const bytes = denseModel().length;
    const host = new ModelHost(() => Promise.resolve(loaded()), { openSession, maxBytes: 2 * bytes });
    for (const version of [1, 2, 1, 3]) await host.ready('dense', version);
    expect(log).toEqual({ opened: 3, disposed: 1 });
    await host.ready('dense', 1);
    expect(log.opened).toBe(3);
    await host.ready('dense', 2);
    expect(log).toEqual({ opened: 4, disposed: 2 });
    await host.close();
    expect(log.disposed).toBe(4);
  });

  test('a session that is dropped while it runs is freed after the run', async () => {
    const order: string[] = [];
    let finish = () => {};
    const held = new Promise<void>(resolve => (finish = resolve));
    let started = () => {};
    const running = new Promise<void>(resolve => (started = resolve));
    const openSession: OpenSession = async file => {
      const session = await openNodeSession(file);
      const slow: Session = {
        ...session,
        run: async feeds => {
          // Not the warm-up's zeros.
          if (feeds['x'] === x) {
            started();
            await held;
            order.push('ran');
          }
          return session.run(feeds);
        },
        dispose: () => session.dispose().then(() => void order.push('freed')),
      };
      return slow;
    };
    const host = new ModelHost(() => Promise.resolve(loaded()), { openSession, maxBytes: 1 });
    const answer = host.infer('dense', 1, request);
    await running;
    await host.ready('dense', 2);
    expect(order).toEqual([]);
    finish();
    expect((await answer).modelVersion).toBe('1');
    expect(order).toEqual(['ran', 'freed']);
    await host.close();
  });

  test('a version that does not answer what was recorded never answers, and is freed', async () => {
    const { log, openSession } = counted();
    const host = new ModelHost(() => Promise.resolve(loaded({ recorded: wrong })), { openSession });
    await expect(host.infer('dense', 1, request)).rejects.toMatchObject({
      code: 'RuntimeFailed',
      detail: expect.stringMatching(/^dense@1 answers 0\.\d+ beside what was recorded, allowed is 0.0001$/),
    });
    expect(log).toEqual({ opened: 1, disposed: 1 });
  });

  test('a load that failed is tried again by the next request', async () => {
    let loads = 0;
    const host = new ModelHost(
      async () => {
        if (++loads === 1) throw new HaversackError('ChunkMissing', 'abc');
        return loaded();
      },
      { openSession: openNodeSession },
    );
    await expect(host.ready('dense', 1)).rejects.toMatchObject({ code: 'ChunkMissing' });
    await expect(host.ready('dense', 1)).resolves.toBeUndefined();
    await host.close();
  });

  test('gives the outputs that are asked for, and refuses one that is not there', async () => {
    const host = new ModelHost(() => Promise.resolve(loaded()), { openSession: openNodeSession });
    const asking = (name: string) =>
      host.infer('dense', 1, { ...request, outputs: [{ name, binary: false }] });
    expect(Object.keys((await asking('probabilities')).outputs)).toEqual(['probabilities']);
    await expect(asking('logits')).rejects.toMatchObject({
      code: 'InputInvalid',
      detail: "there is no output 'logits', only probabilities",
    });
    await host.close();
  });

  test('turns predictions away beyond its bound, and takes them again after', async () => {
    let finish = () => {};
    const held = new Promise<void>(resolve => (finish = resolve));
    const openSession: OpenSession = async file => {
      const session = await openNodeSession(file);
      return { ...session, run: feeds => held.then(() => session.run(feeds)) };
    };
    const host = new ModelHost(() => Promise.resolve(loaded({ recorded: null })), { openSession });
    const opening = host.ready('dense', 1);
    finish();
    await opening;
    const runs = Array.from({ length: maxRunsPerVersion + 1 }, () => host.infer('dense', 1, request));
    const settled = await Promise.allSettled(runs);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(1);
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ code: 'Unavailable' });
    await expect(host.infer('dense', 1, request)).resolves.toMatchObject({ modelVersion: '1' });
    await host.close();
  });

  test('says what goes in and comes out in the protocol’s words', async () => {
    const host = new ModelHost(() => Promise.resolve(loaded()), { openSession: openNodeSession });
    expect(await host.metadata('dense', 2)).toEqual({
      name: 'dense',
      versions: ['2'],
      platform: 'onnx_onnxv1',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
    });
    await host.close();
  });
});
