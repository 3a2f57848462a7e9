// Our own protocol and Model Server, on Fastify and nothing else: no gate, no limits, no logs, no counters, no registry. What these
// cost is what the whole server takes beside it.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ModelServer } from '../../server/inference/model-server.ts';
import { registerInferenceRoutes } from '../../server/inference/routes.ts';
import { openNodeSession } from '../../server/inference/session.ts';
import type { VersionSource } from '../../server/inference/version-source.ts';
import { defaultServing } from '../../src/core/artifact/serving-api.ts';

/** @param folder of files `NAME.onnx`; each is version 1 of NAME */
export async function registerBare(app: FastifyInstance, folder: string): Promise<void> {
  const backend = new ModelServer({
    source: filesOf(folder),
    threads: null,
    openSession: openNodeSession,
    server: { name: 'bare', version: '1' },
  });
  const signal = new AbortController().signal;
  const contextOf = () => ({ signal, tenant: 'anyone' });
  await registerInferenceRoutes(app, { backend, contextOf });
}

function filesOf(folder: string): VersionSource {
  return {
    resolve: () => Promise.resolve(1),
    facts: model =>
      Promise.resolve({
        digest: model,
        variant: 'fp32',
        interface: { inputs: [], outputs: [], decision: null },
        labels: null,
      }),
    read: async model => {
      const file = await readFile(join(folder, `${model}.onnx`));
      return { file: new Uint8Array(file), recorded: null };
    },
    serving: () => Promise.resolve(defaultServing),
    offload: () => Promise.resolve(null),
    list: async () => {
      const names = (await readdir(folder)).filter(name => name.endsWith('.onnx'));
      return names.map(name => ({ model: name.slice(0, -'.onnx'.length), version: 1 }));
    },
  };
}
