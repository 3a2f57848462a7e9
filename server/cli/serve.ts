// `haversack serve`: the server of this machine, until it is told to stop.
import { Command, InvalidArgumentError } from 'commander';
import { dataFolder } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

interface Flags {
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly demo: boolean;
  readonly lan?: true;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
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
  const options = {
    port: flags.port ?? portOf(io),
    host: flags.host ?? io.env.HOST ?? '127.0.0.1',
    data: dataFolder(io, flags),
    demo: flags.demo,
    lan: flags.lan === true,
    tls: cert !== undefined && key !== undefined ? { cert, key } : null,
  };
  await serve(options, line => io.stdout(`${line}\n`));
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}

function portOf({ env }: Io): number {
  if (env.PORT === undefined) return defaultPort;
  try {
    return parsePort(env.PORT);
  } catch {
    throw new UsageError(`PORT=${env.PORT}: a port is a whole number from 0 to 65535.`);
  }
}
