// Every path of the protocol, in one table: hosts with a router of their own register it, others have it matched.
import type { ModelRight } from '../artifact/grant.ts';
import { protocolRoot, binaryExtension } from '../protocol/messages.ts';
import { jsonAnswer } from './answers.ts';
import { describedMetadata } from './described.ts';
import { inferAnswer } from './infer.ts';
import { modelAnswer, modelsAnswer, predictAnswer } from './kserve-v1.ts';
import { indexAnswer, loadAnswer, unloadAnswer } from './repository.ts';
import type { PredictionBackend, ProtocolAnswer, ProtocolAsk, ProtocolBackend } from './service.ts';
import { shortFormAnswer, shortFormPath } from './short-form.ts';
import { resolvePermitted, targetOf } from './target.ts';

export type PathParameters = Readonly<Record<string, string | undefined>>;

/** `Backend`: what it needs of one. */
export interface ProtocolRoute<Backend = ProtocolBackend> {
  /** HEAD is as GET. */
  readonly method: 'GET' | 'POST';
  /** `:name` stands for what is in its place, up to the next `/` (or `:`, where one follows). */
  readonly path: string;
  /** What a caller must be allowed, with the model where the path or the body names one. */
  readonly right: ModelRight | 'public';
  /** @throws HaversackError */
  answer(
    ask: ProtocolAsk,
    parameters: PathParameters,
    backend: Backend,
  ): ProtocolAnswer | Promise<ProtocolAnswer>;
}

export const extensions = [binaryExtension, 'model_repository'] as const;

const serverRoutes: readonly ProtocolRoute[] = [
  ...[protocolRoot, `${protocolRoot}/`].map((path): ProtocolRoute => ({
    method: 'GET',
    path,
    right: 'public',
    answer: (_ask, _parameters, { server }) => jsonAnswer({ ...server, extensions }),
  })),
  {
    method: 'GET',
    path: `${protocolRoot}/health/live`,
    right: 'public',
    answer: () => jsonAnswer({ live: true }),
  },
  {
    method: 'GET',
    path: `${protocolRoot}/health/ready`,
    right: 'public',
    answer: async (_ask, _parameters, backend) => {
      await backend.health?.();
      return jsonAnswer({ ready: true });
    },
  },
  {
    method: 'GET',
    path: `${protocolRoot}/models`,
    right: 'read',
    answer: (ask, _parameters, backend) => modelsAnswer(ask, backend),
  },
];

const modelPaths = [`${protocolRoot}/models/:model`, `${protocolRoot}/models/:model/versions/:version`];

const modelRoutes: readonly ProtocolRoute[] = modelPaths.flatMap((prefix): ProtocolRoute[] => [
  {
    method: 'GET',
    path: prefix,
    right: 'read',
    answer: async (ask, { model, version }, backend) => {
      const found = await resolvePermitted(targetOf(model!, version), 'read', ask, backend);
      const metadata = { ...(await backend.metadata(found)), ...(await versionsOf(found.model, backend)) };
      return jsonAnswer(describedMetadata(metadata, await backend.describe(found)));
    },
  },
  {
    method: 'GET',
    path: `${prefix}/ready`,
    right: 'read',
    answer: async (ask, { model, version }, backend) => {
      await backend.ready(await resolvePermitted(targetOf(model!, version), 'read', ask, backend));
      return jsonAnswer({ name: model, ready: true });
    },
  },
]);

/** Predictions with the model that the path names. */
export const predictionRoutes: readonly ProtocolRoute<PredictionBackend>[] = [
  ...modelPaths.map((prefix): ProtocolRoute<PredictionBackend> => ({
    method: 'POST',
    path: `${prefix}/infer`,
    right: 'predict',
    answer: (ask, { model, version }, backend) => inferAnswer(targetOf(model!, version), ask, backend),
  })),
  {
    method: 'POST',
    path: '/v1/models/:model:predict',
    right: 'predict',
    answer: (ask, { model }, backend) => predictAnswer(targetOf(model!, undefined), ask, backend),
  },
];

/**
 * Those that can be asked for, oldest first; what the metadata says by itself where the host lists none: an engine behind it
 * may number its own.
 */
async function versionsOf(model: string, backend: ProtocolBackend): Promise<{ versions?: string[] }> {
  const entries = await backend.index(model);
  const versions = entries
    .filter(({ name, version }) => name === model && version !== '')
    .map(({ version }) => version);
  return versions.length === 0 ? {} : { versions: versions.sort(byNumber) };
}

/** Names, which engines may have in place of numbers, by their letters. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

const repositoryRoutes: readonly ProtocolRoute[] = [
  {
    method: 'POST',
    path: `${protocolRoot}/repository/index`,
    right: 'read',
    answer: (ask, _parameters, backend) => indexAnswer(ask, backend),
  },
  {
    method: 'POST',
    path: `${protocolRoot}/repository/models/:model/load`,
    right: 'admin',
    answer: (ask, { model }, backend) => loadAnswer(targetOf(model!, undefined), ask, backend),
  },
  {
    method: 'POST',
    path: `${protocolRoot}/repository/models/:model/unload`,
    right: 'admin',
    answer: (ask, { model }, backend) => unloadAnswer(targetOf(model!, undefined), ask, backend),
  },
];

/** The protocols beside it: KServe's v1, and the short form. */
const otherRoutes: readonly ProtocolRoute[] = [
  {
    method: 'GET',
    path: '/v1/models',
    right: 'read',
    answer: (ask, _parameters, backend) => modelsAnswer(ask, backend),
  },
  {
    method: 'GET',
    path: '/v1/models/:model',
    right: 'read',
    answer: (ask, { model }, backend) => modelAnswer(targetOf(model!, undefined), ask, backend),
  },
  {
    method: 'POST',
    path: shortFormPath,
    right: 'predict',
    answer: (ask, _parameters, backend) => shortFormAnswer(ask, backend),
  },
];

export const protocolRoutes: readonly ProtocolRoute[] = [
  ...serverRoutes,
  ...modelRoutes,
  ...predictionRoutes,
  ...repositoryRoutes,
  ...otherRoutes,
];
