// `serve`: the server on a port, with its first words, its demo models, and its end.
import { readFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { isIPv4 } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { defaultServing } from '../src/core/artifact/serving-api.ts';
import { createServer, type Server, type ServerOptions } from './app.ts';
import { machineAddresses } from './gateway/origin.ts';
import { seed } from './registry/seed.ts';
import { projectFolder } from './root-folder.ts';
import { type Listening, listenHere } from './listening.ts';
import { notListening, StartFailed } from './start-failed.ts';
import { FolderInUse } from './storage/lock.ts';
import { defaultLogLevel, type LogLevel } from './telemetry/log-level.ts';
import { createLogger } from './telemetry/logger.ts';

/** What is under way when the server is to stop may take as long as any prediction may; what is open after that is cut off. */
const underWayMs = defaultServing.deadlineMs;
/** And this long what belongs to closing itself. */
const closingMs = 1_500;
/** How soon a new address of this machine is in its certificate, unless it is said otherwise. */
const addressesEveryMs = 60_000;

/** Built beside this file. From source, where nothing is built, uploads are looked into in this process. */
const checkProcess = builtProgram('check-process.js');
/** The same for what runs models. */
const sessionThread = builtProgram('session-thread.js');
/** What takes connections, where it is not this process. */
const frontProgram = builtProgram('front.js');

export interface ServeOptions extends Pick<ServerOptions, 'callerLimits' | 'oidc'> {
  readonly port: number;
  readonly host: string;
  /** Names that it goes by, beside those of this machine. */
  readonly names?: readonly string[];
  /** The data folder; made if absent. */
  readonly data: string;
  /** Whether the demo models are put into a registry that has not seen them. */
  readonly demo: boolean;
  /** HTTPS on all interfaces, with a certificate of a local authority. */
  readonly lan: boolean;
  /** How soon a new address of this machine is in that certificate, in ms. */
  readonly addressesEveryMs?: number;
  /** Files (PEM) of a certificate of one's own. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Whose pages may embed the offline twin's frame. */
  readonly embedOrigins?: readonly string[];
  /** From which level on the log has lines. */
  readonly logLevel?: LogLevel;
  /** Requests that take longer are warned of in the log, in ms. */
  readonly slowMs?: number;
  /** How many front processes take the connections; 0, or none given: this process does. */
  readonly workers?: number;
  /** For how long a server that is to stop says so at `/v2/health/ready`, and answers all the same; none where it is absent. */
  readonly drainMs?: number;
}

export interface Running {
  readonly url: string;
  readonly server: Server;
  /** Says that it stops, ends what is under way, closes. */
  stop(): Promise<void>;
}

/**
 * Starts, and serves until SIGINT or SIGTERM; the second one ends at once. Resolves when everything is closed.
 * @throws StartFailed
 */
export async function serve(options: ServeOptions, say: (line: string) => void = console.log): Promise<void> {
  const running = await start(options, say);
  await new Promise<void>(resolve => {
    let stopping = false;
    const onSignal = () => {
      if (stopping) process.exit(130);
      stopping = true;
      say('Stopping …');
      // Whatever hangs, the data is safe: everything acknowledged is on disk already.
      setTimeout(() => process.exit(0), (options.drainMs ?? 0) + underWayMs + closingMs).unref();
      void running.stop().finally(resolve);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

/** Starts and comes back when the server listens. */
export async function start(options: ServeOptions, say: (line: string) => void): Promise<Running> {
  const root = projectFolder();
  const lan = options.lan ? await prepareLan(options) : null;
  const host = options.lan && options.host === '127.0.0.1' ? '0.0.0.0' : options.host;
  const tls = readTls(options) ?? lan?.certificates.server;
  const server = await open(options.data, {
    data: options.data,
    host,
    ...(options.names ? { names: options.names } : {}),
    appFolder: join(root, 'dist/app'),
    checkProcess,
    sessionThread,
    logger: createLogger(options.logLevel ? { level: options.logLevel } : {}),
    ...(options.slowMs === undefined ? {} : { slowMs: options.slowMs }),
    ...(options.callerLimits ? { callerLimits: options.callerLimits } : {}),
    oidc: options.oidc ?? null,
    ...(options.embedOrigins ? { embedOrigins: options.embedOrigins } : {}),
    ...(hasFronts(options) ? { behindFronts: true } : tls ? { tls: { cert: tls.cert, key: tls.key } } : {}),
  });
  try {
    if (options.demo) await seedDemo(server, join(root, 'demo/models'), say);
    const listening = await listen(server, options, { host, tls });
    const { port } = listening;
    const page = lan ? await lan.open(port) : null;
    const url = `${tls ? 'https' : 'http'}://${shownHost(host)}:${port}`;
    tell(server, url, say);
    if (page) for (const line of page.lines) say(line);
    if (page && !options.tls) await followAddresses(server, listening, options);
    const stopped = () => stop(server, listening, page?.listener ?? null, options.drainMs ?? 0);
    return { url, server, stop: stopped };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function hasFronts({ workers = 0 }: ServeOptions): boolean {
  return workers > 0;
}

interface Place {
  readonly host: string;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Here, or in front processes. */
async function listen(server: Server, options: ServeOptions, { host, tls }: Place): Promise<Listening> {
  const { port, workers: count = 0, logLevel = defaultLogLevel } = options;
  const where = { port, host, cutMs: underWayMs };
  if (!hasFronts(options)) return listenHere(server, where);
  if (frontProgram === null || process.platform === 'win32') throw noFronts();
  const { listenThroughFronts } = await import('./cluster/listen.ts');
  const certificate = tls ? { cert: tls.cert, key: tls.key } : null;
  return listenThroughFronts(server, { ...where, count, program: frontProgram, tls: certificate, logLevel });
}

function noFronts(): StartFailed {
  return new StartFailed(
    'The server did not start.',
    'Front processes (--workers) are started from the built server, on systems with Unix sockets.',
    'Leave out --workers, or start the built server with npm start on Linux or macOS.',
  );
}

function builtProgram(name: string): string | null {
  return import.meta.url.endsWith('.ts') ? null : fileURLToPath(new URL(name, import.meta.url));
}

async function open(data: string, options: Parameters<typeof createServer>[0]): Promise<Server> {
  try {
    return await createServer(options);
  } catch (error) {
    if (error instanceof FolderInUse) {
      throw new StartFailed(
        'The server did not start.',
        `Another Haversack server uses the data folder ${data}.`,
        'Stop that one, or give this one another folder with --data.',
      );
    }
    throw error;
  }
}

async function seedDemo(server: Server, folder: string, say: (line: string) => void): Promise<void> {
  await seed(server.registry, folder, ({ model, version }, index, of) => {
    say(`Adding the demo models (${index + 1} of ${of}): ${model}@${version} …`);
  });
}

function tell({ adminKey }: Server, url: string, say: (line: string) => void): void {
  const path = relative(process.cwd(), adminKey.path);
  if (adminKey.fresh !== null) {
    say(`Admin key (shown this once, kept in ${path}): ${adminKey.fresh}`);
  } else {
    say(`Admin key: in ${path}`);
  }
  say(`Haversack is ready: ${url}`);
}

function shownHost(host: string): string {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function readTls({ tls }: ServeOptions): { cert: string; key: string } | null {
  if (!tls) return null;
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new StartFailed(
        'The server did not start.',
        `${path}: ${error instanceof Error ? error.message : 'cannot be read'}`,
        'Give PEM files with --tls-cert and --tls-key.',
      );
    }
  };
  const pair = { cert: read(tls.cert), key: read(tls.key) };
  try {
    createSecureContext(pair);
  } catch (error) {
    throw new StartFailed(
      'The server did not start.',
      `${tls.cert} and ${tls.key} are no certificate and its key: ${error instanceof Error ? error.message : 'unreadable'}.`,
      'Give PEM files that belong together with --tls-cert and --tls-key.',
    );
  }
  return pair;
}

/** Certificates now, page and QR code when the port is known. Loaded on demand: most starts need none of it. */
async function prepareLan(options: ServeOptions) {
  const { loadCertificates } = await import('./lan/authority.ts');
  const certificates = await loadCertificates(lanFolder(options));
  return {
    certificates,
    open: async (httpsPort: number) => {
      const { createTrustPage } = await import('./lan/trust-page.ts');
      const { default: qrcode } = await import('qrcode');
      const listener = createTrustPage({ authority: certificates.authority, httpsPort });
      const trustPort = httpsPort === 65_535 ? httpsPort - 1 : httpsPort + 1;
      await new Promise<void>((resolve, reject) => {
        listener.once('error', reject);
        listener.listen(trustPort, '0.0.0.0', resolve);
      }).catch((error: unknown) => {
        throw notListening(error, trustPort, '0.0.0.0');
      });
      const addresses = machineAddresses().filter(isIPv4);
      const first = addresses[0] ?? '127.0.0.1';
      const url = `http://${first}:${trustPort}/`;
      return {
        listener,
        lines: [
          ...addresses.map(address => `On this network: https://${address}:${httpsPort}`),
          `Phones trust this server by: ${url}`,
          `SHA-256 of the local authority: ${certificates.authority.fingerprint}`,
          await qrcode.toString(url, { type: 'terminal', small: true }),
        ],
      };
    },
  };
}

/** A laptop changes networks: its certificate goes along, until the server closes. */
async function followAddresses(server: Server, listening: Listening, options: ServeOptions): Promise<void> {
  const follow = await import('./lan/follow-addresses.ts');
  const end = follow.followAddresses({
    folder: lanFolder(options),
    everyMs: options.addressesEveryMs ?? addressesEveryMs,
    listening,
    log: server.registry.log,
  });
  server.app.server.once('close', end);
}

function lanFolder({ data }: ServeOptions): string {
  return join(data, 'lan');
}

async function stop(
  server: Server,
  listening: Listening,
  listener: HttpServer | null,
  drainMs: number,
): Promise<void> {
  server.drain();
  if (drainMs > 0) await sleep(drainMs);
  listener?.closeAllConnections();
  listener?.close();
  await listening.close();
}
