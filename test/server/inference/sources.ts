// Where a Model Server under test has its versions from, and what it is told about them.
import { setMaxListeners } from 'node:events';
import { ModelServer, type ModelServerOptions } from '../../../server/inference/model-server.ts';
import type { Meter } from '../../../server/inference/meter.ts';
import { silentMeter } from '../../../server/inference/meter.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { VersionFiles, VersionSource } from '../../../server/inference/version-source.ts';
import { defaultServing, type Serving } from '../../../src/core/artifact/serving-api.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import type { InferRequest } from '../../../src/core/protocol/infer-request.ts';
import type { Offload } from '../../../src/core/protocol/offload.ts';
import type { InferContext } from '../../../src/core/serve/service.ts';
import type { TensorMap } from '../../../src/core/tensor.ts';

export type Read = (model: string, version: number) => Promise<VersionFiles>;

export interface TestSource extends VersionSource {
  /** Of all models; may be changed at any time. */
  settings: Serving;
}

export function sourceOf(read: Read, settings: Partial<Serving> = {}): TestSource {
  const source: TestSource = {
    settings: { ...defaultServing, ...settings },
    resolve: ({ version }) => Promise.resolve(typeof version === 'number' ? version : 1),
    facts: async (model, version) => {
      const { file } = await read(model, version);
      return {
        interface: { inputs: [], outputs: [], decision: null },
        labels: null,
        digest: await sha256(file),
        variant: 'fp32',
      };
    },
    read,
    serving: () => Promise.resolve(source.settings),
    offload: (model, version): Promise<Offload> =>
      Promise.resolve({
        model,
        version,
        manifest: `/registry/v1/models/${model}/versions/${version}`,
        bytes: 7,
        variant: 'int8',
      }),
    list: () =>
      Promise.resolve([
        { model: 'dense', version: 2 },
        { model: 'dense', version: 1 },
      ]),
  };
  return source;
}

export function serverOf(
  source: VersionSource,
  options: Partial<Omit<ModelServerOptions, 'source'>> = {},
): ModelServer {
  const server = { name: 'test', version: '1' };
  return new ModelServer({ source, server, openSession: openNodeSession, threads: null, ...options });
}

const nobodyLeaves = new AbortController().signal;
setMaxListeners(0, nobodyLeaves);
export const nobody: InferContext = { signal: nobodyLeaves, tenant: 'anonymous' };

export function asking(inputs: TensorMap, more: Partial<InferRequest> = {}): InferRequest {
  return { id: null, parameters: {}, inputs, outputs: null, binaryOutputs: false, ...more };
}

/** What was counted, call by call: `batch`, `dense`, … */
export function recordingMeter(): { readonly calls: unknown[][]; readonly meter: Meter } {
  const calls: unknown[][] = [];
  const meter = Object.fromEntries(
    Object.keys(silentMeter).map(name => [name, (...args: unknown[]) => void calls.push([name, ...args])]),
  ) as unknown as Meter;
  return { calls, meter };
}
