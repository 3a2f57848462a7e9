// A real server behind front processes, as it is built and started; and connections to it that are known to reach each of them.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client, type Dispatcher } from 'undici';
import { onTestFinished } from 'vitest';
import type { ServeOptions } from '../../../server/main.ts';

type AtEnd = (clean: () => void | Promise<void>) => void;

export const fronts = 3;

export interface Cluster {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  readonly key: string;
  /** Everything it has said so far. */
  said(): string;
  /** Resolves with code or signal. */
  readonly ended: Promise<number | string>;
}

export interface Asked {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/**
 * Not yet known whether it starts.
 * @param built the folder of `main.js`
 * @param through words before the command's own: a program that starts it
 */
export function launch(
  built: string,
  options: ServeOptions,
  atEnd: AtEnd = onTestFinished,
  through: readonly string[] = [],
): Omit<Cluster, 'url' | 'port' | 'key'> {
  const module = pathToFileURL(join(built, 'main.js')).href;
  const script = `import(${JSON.stringify(module)}).then(m => m.serve(${JSON.stringify(options)})).then(
    () => process.exit(0), e => { console.error(e.message + '|' + e.why + '|' + e.remedy); process.exit(1); })`;
  const [command, ...words] = [...through, process.execPath, '--input-type=module', '-e', script];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (said += data.toString()));
  }
  const ended = new Promise<number | string>(resolve => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'gone'));
  });
  atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { process: child, said: () => said, ended };
}

export async function startCluster(
  built: string,
  options: Partial<ServeOptions> & Pick<ServeOptions, 'data'>,
  atEnd?: AtEnd,
): Promise<Cluster> {
  const plain = { port: 0, host: '127.0.0.1', demo: false, lan: false, tls: null, workers: fronts };
  const child = launch(built, { ...plain, ...options }, atEnd);
  for (;;) {
    const url = /ready: (\S+)/.exec(child.said())?.[1];
    if (url !== undefined) {
      const key = readFileSync(join(options.data, 'admin.key'), 'utf8').trim();
      return { ...child, url, port: Number(new URL(url).port), key };
    }
    if (child.process.exitCode !== null) throw new Error(`it ended before it was ready: ${child.said()}`);
    await sleep(10);
  }
}

/** Connections are handed to the fronts in turn: as many as there are fronts reach each of them. */
export async function eachFront({ url }: Cluster, atEnd: AtEnd = onTestFinished): Promise<Client[]> {
  const clients: Client[] = [];
  for (let nth = 0; nth < fronts; nth++) {
    const client = new Client(url);
    atEnd(() => client.destroy());
    // One after the other: in turn.
    await ask(client, 'GET', '/v2/health/live');
    clients.push(client);
  }
  return clients;
}

export async function ask(
  client: Dispatcher,
  method: string,
  path: string,
  { token, headers = {}, body }: Asked = {},
): Promise<Answered> {
  const answer = await client.request({
    method: method,
    path,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body }),
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, bytes };
}

export function askJson(
  client: Dispatcher,
  method: string,
  path: string,
  { body, ...rest }: Omit<Asked, 'body'> & { readonly body?: object } = {},
): Promise<Answered> {
  const headers = { ...rest.headers, 'content-type': 'application/json' };
  return ask(client, method, path, body ? { ...rest, headers, body: JSON.stringify(body) } : rest);
}

/** One that the model answers. */
export const irisLike = {
  inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 0] }],
};

/** Of the front processes that live: what the primary started and `front.js` runs. Linux tells. */
export function frontPids({ process: { pid } }: Cluster): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children.map(Number).filter(child => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('front.js');
    } catch {
      // It has just ended.
      return false;
    }
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Until it holds; the test's own limit of time is the only one. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}
