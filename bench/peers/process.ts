// Sides of a benchmark as processes of their own, on processors of their own: started, waited for, ended.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism, cpus } from 'node:os';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 6_000;

/** Which processors the load has, and which whoever answers it. */
export interface Cores {
  readonly load: readonly number[];
  readonly server: readonly number[];
  /** False where this system has no `taskset`, or one processor: then all share them all. */
  readonly apart: boolean;
}

/** All for everybody: where nothing is timed. */
export const sharedCores: Cores = { load: [], server: [], apart: false };

/** The first processor for the load, the others for who answers. Moves this process there. */
export function partCores(): Cores {
  const all = cpus().map((_, nth) => nth);
  const shared = { load: all, server: all, apart: false };
  if (all.length < 2 || availableParallelism() < all.length) return shared;
  try {
    execFileSync('taskset', ['-a', '-c', '-p', '0', `${process.pid}`], { stdio: 'ignore' });
  } catch {
    return shared;
  }
  return { load: [0], server: all.slice(1), apart: true };
}

/** Back to all processors: what comes after a benchmark is not part of it. */
export function joinCores({ apart, load, server }: Cores): void {
  if (!apart) return;
  const all = [...load, ...server].join(',');
  execFileSync('taskset', ['-a', '-c', '-p', all, `${process.pid}`], { stdio: 'ignore' });
}

/** The command that runs `command` where servers run. */
export function onServerCores({ apart, server }: Cores, command: readonly string[]): readonly string[] {
  return apart ? ['taskset', '-c', server.join(','), ...command] : command;
}

export interface Side {
  readonly child: ChildProcess;
  /** The last of what it said, both streams. */
  readonly said: () => string;
  readonly close: () => Promise<void>;
}

export interface SideOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startSide(cores: Cores, command: readonly string[], { cwd, env }: SideOptions = {}): Side {
  const [program, ...args] = onServerCores(cores, command);
  const child = spawn(program!, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      said = (said + part.toString()).slice(-4000);
    });
  }
  child.on('error', error => {
    said += String(error);
  });
  return { child, said: () => said, close: () => stop(child) };
}

/** @throws where it ends first, or is not ready in time */
export async function untilReady(side: Side, isReady: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isReady())) {
    const { exitCode, pid } = side.child;
    if (exitCode !== null || pid === undefined) throw new Error(`it ended with ${exitCode}:\n${side.said()}`);
    if (Date.now() > deadline) throw new Error(`not ready after ${startTimeoutMs / 1000} s:\n${side.said()}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    response => response.ok,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}
