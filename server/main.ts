// `serve`: the server on a port, with its first words, its demo models, and its end. One process.
import { readFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { isIPv4 } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, Server as TlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { defaultServing } from '../src/core/artifact/serving-api.ts';
import { createServer, type Server, type ServerOptions } from './app.ts';
import { machineAddresses } from './gateway/origin.ts';
import { seed } from './registry/seed.ts';
import { projectFolder } from './root-folder.ts';
import { FolderInUse } from './storage/lock.ts';
import type { LogLevel } from './telemetry/log-level.ts';
import { createLogger } from './telemetry/logger.ts';

/** What is under way when the server is to stop may take as long as any prediction may; what is open after that is cut off. */
const underWayMs = defaultServing.deadlineMs;
/** And this long what belongs to closing itself. */
const closingMs = 1_500;
const idleEveryMs = 100;
/** How soon a new address of this machine is in its certificate. */
const addressesEveryMs = 60_000;

/** Built beside this file. From source, where nothing is built, uploads are looked into in this process. */
const checkProcess = builtProgram('check-process.js');
/** The same for what runs models. */
const sessionThread = builtProgram('session-thread.js');

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
  /** Files (PEM) of a certificate of one's own. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Whose pages may embed the offline twin's frame. */
  readonly embedOrigins?: readonly string[];
  /** From which level on the log has lines. */
  readonly logLevel?: LogLevel;
  /** Requests that take longer are warned of in the log, in ms. */
  readonly slowMs?: number;
  /** For how long a server that is to stop says so at `/v2/health/ready`, and answers all the same; none where it is absent. */
  readonly drainMs?: number;
}

/** What a start failed of: what, why, what to do. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
  readonly why: string;
  readonly remedy: string;

  constructor(what: string, why: string, remedy: string) {
    super(what);
    this.why = why;
    this.remedy = remedy;
  }
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
    ...(tls ? { tls: { cert: tls.cert, key: tls.key } } : {}),
  });
  try {
    if (options.demo) await seedDemo(server, join(root, 'demo/models'), say);
    await listen(server, options.port, host);
    const { port } = server.app.server.address() as { port: number };
    const page = lan ? await lan.open(port) : null;
    const url = `${tls ? 'https' : 'http'}://${shownHost(host)}:${port}`;
    tell(server, url, say);
    if (page) for (const line of page.lines) say(line);
    if (page && !options.tls) followAddresses(server, join(options.data, 'lan'));
    return { url, server, stop: () => stop(server, page?.listener ?? null, options.drainMs ?? 0) };
  } catch (error) {
    await server.close();
    throw error;
  }
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

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    await server.app.listen({ port, host });
  } catch (error) {
    throw notListening(error, port, host);
  }
}

/** Why nothing listens there, told; what is not known is passed on. */
function notListening(error: unknown, port: number, host: string): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : null) {
    case 'EADDRINUSE':
      return new StartFailed(
        'The server did not start.',
        `Port ${port} is in use.`,
        `Stop what uses it, or take another with --port ${port === 65_535 ? 8787 : port + 1}.`,
      );
    case 'EACCES':
      return new StartFailed(
        'The server did not start.',
        `This user may not open port ${port}.`,
        'Take one above 1023 with --port.',
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartFailed(
        'The server did not start.',
        `${host} is not an address of this machine.`,
        'Give one that is with --host, or 0.0.0.0 for all.',
      );
    default:
      return error;
  }
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
  const certificates = await loadCertificates(join(options.data, 'lan'));
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

/** A laptop changes networks: its certificate goes along, without a restart. */
function followAddresses(server: Server, folder: string): void {
  const timer = setInterval(() => {
    void import('./lan/authority.ts')
      .then(({ loadCertificates }) => loadCertificates(folder))
      .then(({ server: { cert, key } }) => {
        if (server.app.server instanceof TlsServer) server.app.server.setSecureContext({ cert, key });
      })
      .catch((error: unknown) => {
        server.registry.log.warn({ err: error }, 'the certificate was not renewed');
      });
  }, addressesEveryMs);
  timer.unref();
  server.app.server.once('close', () => {
    clearInterval(timer);
  });
}

async function stop(server: Server, listener: HttpServer | null, drainMs: number): Promise<void> {
  server.drain();
  if (drainMs > 0) await sleep(drainMs);
  const cut = setTimeout(() => {
    server.app.server.closeAllConnections();
  }, underWayMs);
  // A connection that was busy when the server began to close is kept open for a next request, which nobody would answer.
  const idle = setInterval(() => {
    server.app.server.closeIdleConnections();
  }, idleEveryMs);
  listener?.closeAllConnections();
  listener?.close();
  try {
    await server.close();
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}
