// The real server as a child process, so that tests can stop it, kill it and start it again on the same data and port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from './hosts.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const readyWithinMs = 60_000;
/** What it says when everything listens, the trust page included. */
const lastWords = /Haversack is ready: (http:|https:[^]*SHA-256 of the local authority: \S+\n)/;

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly data: string;
  /** Everything it printed, both streams. */
  output(): string;
  adminKey(): Promise<string>;
  /** Ends it as Ctrl-C does; answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again, same port and data. */
  start(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise(resolve => probe.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

export interface Place {
  /** Where it runs; this machine's own loopback if absent. */
  readonly host?: Host;
}

/** `haversack serve` as `npm start` runs it, with demo models unless `args` say otherwise. */
export async function startServer(
  args: readonly string[] = [],
  { host }: Place = {},
): Promise<RunningServer> {
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), 'haversack-e2e-'));
  const lan = args.includes('--lan');
  const url = `${lan ? 'https' : 'http'}://${host?.address ?? 'localhost'}:${port}`;
  let child: ChildProcess | null = null;
  let printed = '';

  async function start(): Promise<void> {
    const words = ['scripts/start.mjs', '--port', String(port), '--data', data, ...args];
    const [command, rest] = host ? host.command(process.execPath, ...words) : [process.execPath, words];
    const started = spawn(command, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (bytes: Buffer) => (printed += bytes.toString()));
    await ready(started);
  }

  async function ready(started: ChildProcess): Promise<void> {
    const until = Date.now() + readyWithinMs;
    while (Date.now() < until) {
      if (started.exitCode !== null)
        throw new Error(`The server ended with ${started.exitCode}:\n${printed}`);
      if (lan || host ? lastWords.test(printed) : await answers(`${url}/v2/health/ready`)) return;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    throw new Error(`The server was not ready within ${readyWithinMs} ms:\n${printed}`);
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const ended = child;
    child = null;
    if (!ended || ended.exitCode !== null) return ended?.exitCode ?? null;
    const exit = once(ended, 'exit');
    ended.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  await start();
  return {
    url,
    port,
    data,
    output: () => printed,
    adminKey: async () => (await readFile(join(data, 'admin.key'), 'utf8')).trim(),
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    start,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
