// The models that this process holds, as what answers the protocol.
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { ProtocolBackend, Target } from '../../src/core/serve/service.ts';
import { listModels, readVersion } from '../registry/catalogue.ts';
import type { Registry } from '../registry/context.ts';
import { resolverOf } from './from-registry.ts';
import type { ModelHost } from './models.ts';

export function hostBackend(
  registry: Registry,
  host: ModelHost,
  server: ProtocolBackend['server'],
): ProtocolBackend {
  const numberOf = resolverOf(registry);
  const resolve = async ({ model, version }: Target) => ({ model, version: await numberOf(model, version) });
  return {
    server,
    resolve,
    metadata: ({ model, version }) => host.metadata(model, version),
    ready: ({ model, version }) => host.ready(model, version),
    describe: async ({ model, version }) => {
      const { manifest: envelope } = await readVersion(registry, model, version);
      const { interface: modelInterface, labels } = readDocument(envelope, manifestSchema);
      return { interface: modelInterface, labels };
    },
    infer: async ({ model, version }, request) => {
      const start = performance.now();
      const { outputs } = await host.infer(model, version, request);
      const ms = performance.now() - start;
      return {
        outputs,
        by: { who: 'server', model, version: String(version), variant: null, provider: 'cpu', ms },
      };
    },
    index: async () =>
      (await listModels(registry)).flatMap(({ model: name, versions }) =>
        versions.map(({ version }) => ({
          name,
          version: String(version),
          state: 'UNKNOWN' as const,
          reason: '',
        })),
      ),
    load: async target => {
      const { model, version } = await resolve(target);
      await host.ready(model, version);
    },
    unload: ({ model }) =>
      Promise.reject(new HaversackError('Conflict', `${model} goes when its memory is wanted for another`)),
  };
}
