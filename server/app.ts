// The server as a Fastify application over a data folder: opened, wired, not yet listening. Knows no command line.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { OpenSession } from '../src/core/runtime/session.ts';
import type { Answering } from './cluster/desk.ts';
import { registerDocs } from './docs/routes.ts';
import { keepInnerConnections } from './cluster/keep-inner.ts';
import { addressFromFront, connectionAddress } from './gateway/address.ts';
import { type AdminKey, loadAdminKey } from './gateway/admin-key.ts';
import { limitConnections, maxConnectionsOfAddress } from './gateway/connections.ts';
import type { CallerLimits } from './gateway/caller-limits.ts';
import { callerNameOf } from './gateway/gate.ts';
import type { Limits } from './gateway/limits.ts';
import type { OidcSettings } from './gateway/oidc-settings.ts';
import { keptServedNames } from './gateway/origin.ts';
import { alsoNamed } from './gateway/served-names.ts';
import { openGate } from './gateway/open.ts';
import { createHttpApp } from './http-app.ts';
import { ChunkBatches } from './registry/batch.ts';
import type { Checker } from './registry/checker.ts';
import { checkerProcess } from './registry/checker-process.ts';
import { ChunksOfModels } from './registry/chunks-of-models.ts';
import type { Registry } from './registry/context.ts';
import { Deriver } from './registry/deriver.ts';
import type { Bench } from './registry/do-job.ts';
import { EventHub } from './registry/events.ts';
import { loadRegistryIdentity } from './registry/key.ts';
import { registerAliasRoutes } from './registry/routes/aliases.ts';
import { registerAuditRoutes } from './registry/routes/audit.ts';
import { registerBatchRoute } from './registry/routes/batch.ts';
import { registerBundleRoutes } from './registry/routes/bundles.ts';
import { registerCatalogueRoutes } from './registry/routes/catalogue.ts';
import { registerChunkRoutes } from './registry/routes/chunks.ts';
import { registerCollectionRoutes } from './registry/routes/collection.ts';
import { registerDeviceRoutes } from './registry/routes/devices.ts';
import { registerEnrolmentRoutes } from './registry/routes/enrolments.ts';
import { registerEventRoutes } from './registry/routes/events.ts';
import { registerFileRoutes } from './registry/routes/files.ts';
import { registerKeyRoutes } from './registry/routes/keys.ts';
import { registerReportRoutes } from './registry/routes/reports.ts';
import { registerServingRoutes } from './registry/routes/serving.ts';
import { registerSampleRoutes } from './registry/routes/samples.ts';
import { registerRootRoutes } from './registry/routes/root.ts';
import { DailyBytes, defaultTrainerBytes } from './registry/routes/daily-bytes.ts';
import { registerVersionRoutes } from './registry/routes/versions.ts';
import { finishRotation } from './registry/rotate-key.ts';
import { UploadFolder } from './registry/uploads.ts';
import { projectVersion } from './root-folder.ts';
import { openServing } from './serving.ts';
import { closeSilentConnections } from './silent-connections.ts';
import { endSlowBodies } from './slow-bodies.ts';
import { registerApp } from './static.ts';
import { FileBlobs } from './storage/blobs.ts';
import { openDatabase } from './storage/database.ts';
import { lockFolder } from './storage/lock.ts';
import type { Upstreams } from './upstream/upstreams.ts';
import { createLogger } from './telemetry/logger.ts';
import {
  createTelemetry,
  registerTelemetryRoutes,
  type Telemetry,
  watchRequests,
} from './telemetry/telemetry.ts';

export interface ServerOptions {
  /** Made if absent; one server at a time. */
  readonly data: string;
  /** The built app; null for the API alone. */
  readonly appFolder?: string | null;
  /** What it is bound to: decides the names it answers to. */
  readonly host?: string;
  /** Names beside those, such as that of a proxy in front of it; in lower case, without a port. */
  readonly names?: readonly string[];
  /**
   * The built program that looks into uploads in a process of its own. Null or absent: they are looked into in this one,
   * where only trusted people may upload.
   */
  readonly checkProcess?: string | null;
  /** The built program of the threads that run models. Null or absent: all run on this one, which then answers nobody else. */
  readonly sessionThread?: string | null;
  /** New bytes that one trainer may send in a day. */
  readonly maxTrainerBytes?: number;
  /** How much who has no limits of its own may ask. */
  readonly callerLimits?: Partial<CallerLimits>;
  /** Whose bearer tokens are believed; nobody's if absent. */
  readonly oidc?: OidcSettings | null;
  /** Whose pages may embed the offline twin's frame; nobody's if absent. */
  readonly embedOrigins?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Whether front processes of this server take the connections, and pass on what they do not answer (`cluster/`). */
  readonly behindFronts?: boolean;
  readonly logger?: Logger;
  /** Requests that take longer are warned of in the log, in ms. */
  readonly slowMs?: number;
  readonly now?: () => Date;
}

export interface Server {
  readonly app: FastifyInstance;
  readonly registry: Registry;
  readonly deriver: Deriver;
  readonly adminKey: AdminKey;
  readonly telemetry: Telemetry;
  /** Who is turned away right now. */
  readonly limits: Limits;
  readonly upstreams: Upstreams;
  /** What front processes ask. */
  readonly answering: Answering;
  /** From now on `/v2/health/ready` says no, so that balancers send nothing new; all that comes is answered as before. */
  drain(): void;
  /** Ends streams, drains, closes the database, lets go of the folder. */
  close(): Promise<void>;
}

/** @throws FolderInUse */
export async function createServer(options: ServerOptions): Promise<Server> {
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const lock = lockFolder(join(options.data, 'lock.sqlite'));
  try {
    return await assemble(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function assemble(options: ServerOptions, lock: { release(): void }): Promise<Server> {
  const now = options.now ?? (() => new Date());
  const logger = options.logger ?? createLogger();
  const telemetry = createTelemetry({ version: projectVersion(), now, logger, slowMs: options.slowMs });
  const { identity, adminKey, blobs, database, uploads, bundles } = await openFolder(options.data, now);
  const registry: Registry = {
    database,
    blobs,
    identity,
    events: new EventHub(),
    openSession: openLazily,
    runtimeName,
    checker: openChecker(options, blobs),
    beforeMove: (model, version) => serving.prepare(model, version),
    now,
    log: logger,
  };
  const app = createHttpApp({ logger, tls: options.tls });
  watchRequests(app, telemetry, callerNameOf);
  const gate = await openEntrance(app, options, { registry, adminKey });
  const deriver = new Deriver(registry);
  await registerRegistryRoutes(app, { registry, deriver, uploads, bundles, options });
  const { sessionThread = null, data } = options;
  const serving = await openServing(app, { registry, telemetry, sessionThread, data });
  registerTelemetryRoutes(app, telemetry, () => gate.limits.snapshot());
  registerDocs(app, projectVersion());
  await registerApp(app, options.appFolder ?? null, options.embedOrigins);
  await finishRotation(registry);
  await app.ready();
  deriver.wake();
  return {
    app,
    registry,
    deriver,
    adminKey,
    telemetry,
    limits: gate.limits,
    upstreams: serving.upstreams,
    answering: { gate: gate.gate, backend: serving.backend, via: serving.via },
    drain: () => {
      serving.drain();
    },
    close: async () => {
      await app.close();
      const stopped = deriver.stop();
      await registry.checker.close();
      await stopped;
      await serving.close();
      await gate.close();
      await database.destroy();
      lock.release();
    },
  };
}

/** Whose connections are taken, and who may come in over them. */
async function openEntrance(
  app: FastifyInstance,
  { behindFronts = false, ...options }: ServerOptions,
  { registry, adminKey }: { readonly registry: Registry; readonly adminKey: AdminKey },
) {
  endSlowBodies(app);
  if (behindFronts) keepInnerConnections(app);
  else {
    limitConnections(app.server, { max: maxConnectionsOfAddress });
    closeSilentConnections(app);
  }
  return openGate(app, {
    registry,
    adminKey,
    oidc: options.oidc ?? null,
    callerLimits: options.callerLimits ?? {},
    servedNames: alsoNamed(keptServedNames(options.host ?? '127.0.0.1'), options.names ?? []),
    addressOf: behindFronts ? addressFromFront : connectionAddress,
  });
}

/** What is kept on the disk. */
async function openFolder(data: string, now: () => Date) {
  const [identity, adminKey, blobs, database, uploads, bundles] = await Promise.all([
    loadRegistryIdentity(data, now),
    loadAdminKey(data),
    FileBlobs.open(chunksFolderOf(data)),
    openDatabase(join(data, 'registry.sqlite')),
    UploadFolder.open(join(data, 'uploads')),
    // Apart: trainers who hand over bundles take no admin's place.
    UploadFolder.open(join(data, 'bundles')),
  ]);
  return { identity, adminKey, blobs, database, uploads, bundles };
}

function chunksFolderOf(data: string): string {
  return join(data, 'chunks');
}

function openChecker({ data, checkProcess }: ServerOptions, blobs: FileBlobs): Checker {
  return checkProcess
    ? checkerProcess({ program: checkProcess, chunks: chunksFolderOf(data) })
    : checkerHere({ blobs, openSession: openLazily, runtimeName, optimizeGraph: optimizeLazily });
}

interface Parts {
  readonly registry: Registry;
  readonly deriver: Deriver;
  readonly uploads: UploadFolder;
  readonly bundles: UploadFolder;
  readonly options: ServerOptions;
}

/** All below /registry/v1. */
async function registerRegistryRoutes(
  app: FastifyInstance,
  { registry, deriver, uploads, bundles, options }: Parts,
): Promise<void> {
  registerRootRoutes(app, registry);
  registerCatalogueRoutes(app, registry);
  registerAliasRoutes(app, registry);
  registerAuditRoutes(app, registry);
  registerCollectionRoutes(app, registry);
  registerDeviceRoutes(app, registry);
  registerEnrolmentRoutes(app, registry);
  registerKeyRoutes(app, registry);
  registerEventRoutes(app, registry);
  registerReportRoutes(app, registry);
  registerSampleRoutes(app, registry);
  registerServingRoutes(app, registry);
  registerVersionRoutes(app, registry, deriver);
  const ofModels = new ChunksOfModels(registry);
  registerBatchRoute(app, new ChunkBatches(registry, join(options.data, 'cache')), ofModels);
  const trainerBytes = new DailyBytes(registry.now, options.maxTrainerBytes ?? defaultTrainerBytes);
  await app.register((scope, _options, done) => {
    registerChunkRoutes(scope, registry, trainerBytes, ofModels);
    done();
  });
  await app.register((scope, _options, done) => {
    registerBundleRoutes(scope, registry, deriver, bundles, trainerBytes);
    done();
  });
  await app.register((scope, _options, done) => {
    registerFileRoutes(scope, registry, deriver, uploads);
    done();
  });
}

/** ONNX Runtime is large: it is loaded with the first model, not with the server. */
const openLazily: OpenSession = async model => {
  const { openNodeSession } = await import('./inference/session.ts');
  return openNodeSession(model);
};

const runtimeName = async () => (await import('./inference/runtime-name.ts')).runtimeName();

const optimizeLazily: Bench['optimizeGraph'] = async file =>
  (await import('./inference/optimize-graph.ts')).optimizeGraph(file);

/** In this process. What looks into models is loaded with the first of them. */
function checkerHere(bench: Bench): Checker {
  return {
    check: async job => (await import('./registry/do-job.ts')).doCheck(bench, job),
    receive: async job => (await import('./registry/do-receive.ts')).doReceive(bench, job),
    derive: async job => (await import('./registry/do-derive.ts')).doDerive(bench, job),
    warm: () => undefined,
    close: () => Promise.resolve(),
  };
}
