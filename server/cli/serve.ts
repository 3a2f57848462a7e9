// `haversack serve`: the server of this machine, until it is told to stop.
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { dataFolder } from './connect.ts';
import { UsageError } from './failure.ts';
import { parseNames } from '../gateway/served-names.ts';
import { parseOrigins } from '../embed-origins.ts';
import { type GatewayFlags, gatewaySettings, withGatewayFlags } from './gateway-flags.ts';
import type { Io } from './io.ts';
import { settingOf } from './setting.ts';
import { isLogLevel, type LogLevel, logLevels } from '../telemetry/log-level.ts';

interface Flags extends GatewayFlags {
  readonly port?: number;
  readonly host?: string;
  readonly names?: string[];
  readonly data?: string;
  readonly demo: boolean;
  readonly lan?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel?: LogLevel;
  readonly slowMs?: number;
  readonly embedOrigins?: string[];
  readonly drainSeconds?: number;
  readonly workers?: number;
}

const defaultPort = 8787;
/** More than anybody has cores for. */
const maxWorkers = 128;

export function serveCommand(io: Io): Command {
  const command = new Command('serve')
    .description('keep and serve models: registry, predictions and the app, on one port')
    .option('--port <port>', `where to listen (PORT; else ${defaultPort})`, parsePort)
    .option('--host <host>', 'the address to listen on (HOST; else 127.0.0.1)')
    .option(
      '--names <names>',
      'names that it answers to beside this machine’s, such as a proxy’s (HAVERSACK_NAMES)',
      parseHostNames,
    )
    .option('--data <folder>', 'where everything is kept (HAVERSACK_DATA; else ./data)')
    .option('--no-demo', 'without the demo models')
    .option('--lan', 'HTTPS on all interfaces, for phones, with a page that tells how to trust it')
    .option('--tls-cert <file>', 'HTTPS with a certificate of your own (PEM)')
    .option('--tls-key <file>', 'and its key (PEM)')
    .option(
      '--log-level <level>',
      `${logLevels.join(', ')} (LOG_LEVEL; else warn; info: a line a request)`,
      parseLevel,
    )
    .option('--slow-ms <ms>', 'warn of requests that take longer (LOG_SLOW_MS; else 5000)', parseSlow)
    .option(
      '--workers <n|auto>',
      'processes that take connections and read requests, for many cores (HAVERSACK_WORKERS; else this one does)',
      parseWorkers,
    )
    .option(
      '--drain-seconds <s>',
      'told to stop, say so at /v2/health/ready for so long and answer on (HAVERSACK_DRAIN_SECONDS; else 0)',
      parseSeconds,
    )
    .option(
      '--embed-origins <origins>',
      'whose pages may embed the offline twin (HAVERSACK_EMBED_ORIGINS; else nobody’s)',
      parseEmbedOrigins,
    );
  return withGatewayFlags(command)
    .addHelpText('after', '\nExample:\n  haversack serve --port 8080 --data /srv/haversack\n')
    .action((flags: Flags) => serveUntilStopped(io, flags));
}

async function serveUntilStopped(io: Io, flags: Flags): Promise<void> {
  const { tlsCert: cert, tlsKey: key } = flags;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--tls-cert and --tls-key go together.', 'Give both, or neither.');
  }
  // Everything else of the command starts without the server's libraries.
  const { serve } = await import('../main.ts');
  const logLevel = settingOf(io, flags.logLevel, 'LOG_LEVEL', parseLevel);
  const slowMs = settingOf(io, flags.slowMs, 'LOG_SLOW_MS', parseSlow);
  const drainSeconds = settingOf(io, flags.drainSeconds, 'HAVERSACK_DRAIN_SECONDS', parseSeconds);
  const workers = settingOf(io, flags.workers, 'HAVERSACK_WORKERS', parseWorkers);
  const embedOrigins = settingOf(io, flags.embedOrigins, 'HAVERSACK_EMBED_ORIGINS', parseEmbedOrigins);
  const names = settingOf(io, flags.names, 'HAVERSACK_NAMES', parseHostNames);
  const options = {
    port: settingOf(io, flags.port, 'PORT', parsePort) ?? defaultPort,
    host: flags.host ?? io.env.HOST ?? '127.0.0.1',
    ...(names === undefined ? {} : { names }),
    data: dataFolder(io, flags),
    demo: flags.demo,
    lan: flags.lan === true,
    ...gatewaySettings(io, flags),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(slowMs === undefined ? {} : { slowMs }),
    ...(drainSeconds === undefined ? {} : { drainMs: drainSeconds * 1000 }),
    ...(workers === undefined ? {} : { workers }),
    ...(embedOrigins === undefined ? {} : { embedOrigins }),
    tls: cert !== undefined && key !== undefined ? { cert, key } : null,
  };
  await serve(options, line => io.stdout(`${line}\n`));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}

function parseLevel(text: string): LogLevel {
  if (isLogLevel(text)) return text;
  throw new InvalidArgumentError(`The levels are ${logLevels.join(', ')}.`);
}

function parseSlow(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('That is a whole number of milliseconds.');
}

/** `auto`: a core is left to the process that decides and computes. */
function parseWorkers(text: string): number {
  if (text === 'auto') return Math.max(1, availableParallelism() - 1);
  const workers = Number(text);
  if (/^\d{1,3}$/.test(text) && workers <= maxWorkers) return workers;
  throw new InvalidArgumentError(`That is a whole number up to ${maxWorkers}, 0 for none, or auto.`);
}

function parseHostNames(text: string): string[] {
  try {
    return parseNames(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('That is a number of seconds, 3600 at most.');
}

function parseEmbedOrigins(text: string): string[] {
  try {
    return parseOrigins(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
