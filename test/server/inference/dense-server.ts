// A Model Server of one small model, and what it is asked.
import { onTestFinished } from 'vitest';
import type { ModelServer } from '../../../server/inference/model-server.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { VersionFiles } from '../../../server/inference/version-source.ts';
import type { OpenSession, Session } from '../../../src/core/runtime/session.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { denseModel, numbers } from '../../core/onnx/models.ts';
import { asking, sourceOf } from './sources.ts';

export const x = float32([1, 4], numbers(4, 3));

export const request = asking({ x }, { id: 'r1' });

export function files(changes: Partial<VersionFiles> = {}): VersionFiles {
  return { file: denseModel(), recorded: null, ...changes };
}

export const dense = () => sourceOf(() => Promise.resolve(files()));

/** Sessions whose runs with what callers send, and no others, wait until they are let go. */
export function held(feed = x) {
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

export function closedAtEnd(server: ModelServer): ModelServer {
  onTestFinished(() => server.close());
  return server;
}

export const one = { model: 'dense', version: 1 };
