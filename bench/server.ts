// The real server, as `haversack serve` starts it, on a free loopback port and a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminClient } from '../src/client/admin.ts';
import { uploadFile } from '../src/client/upload.ts';
import { chunkFile } from '../src/core/artifact/chunks.ts';
import { tensorLayout } from '../src/core/onnx/layout.ts';
import { type BenchModel, drawn } from './models.ts';

/** Seeding the demo models takes most of it. */
const startTimeoutMs = 120_000;
const stopTimeoutMs = 6_000;

export interface BenchServer {
  readonly port: number;
  /** Of its process. */
  readonly pid: number;
  readonly url: string;
  readonly client: AdminClient;
  readonly close: () => Promise<void>;
}

export interface StartOptions {
  /** A data folder that is there, and stays; else an empty one, gone at the end. */
  readonly given?: string;
  /** The command that runs it: on processors of its own, with settings of its own. */
  readonly as?: (command: readonly string[]) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const asIs = (command: readonly string[]) => command;

export async function startServer(root: string, options: StartOptions = {}): Promise<BenchServer> {
  const { given, as = asIs, env } = options;
  const data = given ?? (await mkdtemp(join(tmpdir(), 'haversack-bench-')));
  const port = await freePort();
  const command = [process.execPath, 'bin/haversack.mjs', 'serve', '--port', `${port}`, '--data', data];
  const [program, ...args] = as(command);
  const child = spawn(program!, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said = (said + part.toString()).slice(-2000);
  });
  const url = `http://localhost:${port}`;
  const close = async () => {
    await stop(child);
    if (given === undefined) await rm(data, { recursive: true, force: true });
  };
  try {
    await untilReady(url, child);
  } catch (thrown) {
    await close();
    throw new Error(`the server did not start: ${String(thrown)}\n${said}`, { cause: thrown });
  }
  const key = (await readFile(join(data, 'admin.key'), 'utf8')).trim();
  return {
    port,
    pid: child.pid!,
    url,
    client: new AdminClient({ baseUrl: url, token: () => Promise.resolve(key) }),
    close,
  };
}

export async function pushDrawn(client: AdminClient, { name, file }: BenchModel): Promise<void> {
  const chunked = await chunkFile(file, tensorLayout(file));
  await uploadFile(client, chunked);
  await client.push(name, { file: chunked.ref, interface: drawn });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const ready = await fetch(`${url}/v2/health/ready`).then(
      response => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`it was not ready after ${startTimeoutMs / 1000} s`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
