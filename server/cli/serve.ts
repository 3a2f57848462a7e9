// `haversack serve`: the server of this machine, until it is told to stop.
import { Command, InvalidArgumentError } from 'commander';
import { dataFolder } from './connect.ts';
import { UsageError } from './failure.ts';
import { parseOrigins } from '../embed-origins.ts';
import type { Io } from './io.ts';
import { isLogLevel, type LogLevel, logLevels } from '../telemetry/log-level.ts';

interface Flags {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly demo: boolean;
  readonly lan?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel?: LogLevel;
  readonly slowMs?: number;
  readonly embedOrigins?: string[];
}

const defaultPort = 8787;

export function serveCommand(io: Io): Command {
  return new Command('serve')
    .description('keep and serve models: registry, predictions and the app, on one port')
    .option('--port <port>', `where to listen (PORT; else ${defaultPort})`, parsePort)
    .option('--host <host>', 'the address to listen on (HOST; else 127.0.0.1)')
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
      '--embed-origins <origins>',
      'whose pages may embed the offline twin (HAVERSACK_EMBED_ORIGINS; else nobody’s)',
      parseEmbedOrigins,
    )
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
  const embedOrigins = settingOf(io, flags.embedOrigins, 'HAVERSACK_EMBED_ORIGINS', parseEmbedOrigins);
  const options = {
    port: settingOf(io, flags.port, 'PORT', parsePort) ?? defaultPort,
    host: flags.host ?? io.env.HOST ?? '127.0.0.1',
    data: dataFolder(io, flags),
    demo: flags.demo,
    lan: flags.lan === true,
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(slowMs === undefined ? {} : { slowMs }),
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

function parseEmbedOrigins(text: string): string[] {
  try {
    return parseOrigins(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** The flag where there is one, else the variable of the environment; undefined where neither says anything. */
function settingOf<T>(
  { env }: Io,
  flag: T | undefined,
  name: string,
  parse: (text: string) => T,
): T | undefined {
  const text = env[name];
  if (flag !== undefined || text === undefined || text === '') return flag;
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(
      `${name}=${text} cannot be read.`,
      error instanceof Error ? error.message : String(error),
    );
  }
}
