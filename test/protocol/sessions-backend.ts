// Real sessions as what answers the protocol, without a registry: for tests of paths, bodies and answers alone. Runs wherever
// the given runtime does.
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { OpenSession, Session } from '../../src/core/runtime/session.ts';
import type { ProtocolBackend, Target } from '../../src/core/serve/service.ts';

export interface ServedModel {
  /** By version, from 1. */
  readonly files: readonly Uint8Array<ArrayBuffer>[];
  readonly aliases?: Readonly<Record<string, number>>;
  readonly interface?: ModelInterface;
  readonly labels?: readonly string[];
}

export interface SessionsBackend extends ProtocolBackend {
  close(): Promise<void>;
}

export function sessionsBackend(
  models: Readonly<Record<string, ServedModel>>,
  openSession: OpenSession,
): SessionsBackend {
  const sessions = new Map<string, Promise<Session>>();
  const modelOf = (name: string): ServedModel => {
    const model = Object.hasOwn(models, name) ? models[name] : undefined;
    if (!model) throw new HaversackError('NotFound', `there is no model ${name}`);
    return model;
  };
  const resolve = async ({ model, version = 'production' }: Target) => {
    const { files, aliases = {} } = modelOf(model);
    const found = typeof version === 'number' ? version : (aliases[version] ?? Number.NaN);
    const number = Number.isNaN(found) && version === 'production' ? files.length : found;
    if (!files[number - 1]) throw new HaversackError('NotFound', `${model}@${version}`);
    return { model, version: number };
  };
  const keyOf = (model: string, version: number) => `${model}@${version}`;
  const sessionOf = (model: string, version: number) => {
    const key = keyOf(model, version);
    const opening = sessions.get(key) ?? openSession(modelOf(model).files[version - 1]!);
    sessions.set(key, opening);
    return opening;
  };
  return {
    server: { name: 'sessions', version: '1' },
    resolve,
    metadata: async ({ model, version }) => {
      const { inputs, outputs } = await sessionOf(model, version);
      return {
        name: model,
        versions: [String(version)],
        platform: 'onnx_onnxv1',
        inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] })),
        outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] })),
      };
    },
    ready: async ({ model, version }) => {
      await sessionOf(model, version);
    },
    describe: async ({ model }) => {
      const { interface: modelInterface, labels = null } = modelOf(model);
      return modelInterface ? { interface: modelInterface, labels } : null;
    },
    infer: async ({ model, version }, { inputs, outputs: wanted }) => {
      const session = await sessionOf(model, version);
      const unknown = wanted?.find(({ name }) => !session.outputs.some(output => output.name === name));
      if (unknown) throw new HaversackError('InputInvalid', `there is no output '${unknown.name}'`);
      const all = await session.run(inputs);
      const outputs = wanted ? Object.fromEntries(wanted.map(({ name }) => [name, all[name]!])) : all;
      const { provider } = session;
      return {
        outputs,
        by: { who: 'server', model, version: String(version), variant: null, provider, ms: 0 },
      };
    },
    index: async () =>
      Object.entries(models).flatMap(([name, { files }]) =>
        files.map((_, i) => ({
          name,
          version: String(i + 1),
          state: sessions.has(keyOf(name, i + 1)) ? ('READY' as const) : ('UNAVAILABLE' as const),
          reason: sessions.has(keyOf(name, i + 1)) ? '' : 'not asked for yet',
        })),
      ),
    load: async target => {
      const { model, version } = await resolve(target);
      await sessionOf(model, version);
    },
    unload: async target => {
      const { model, version } = await resolve(target);
      const session = await sessions.get(keyOf(model, version));
      sessions.delete(keyOf(model, version));
      await session?.dispose();
    },
    close: async () => {
      for (const session of sessions.values()) await (await session).dispose();
      sessions.clear();
    },
  };
}
