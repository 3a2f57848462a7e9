// The built server in a process of its own, looked into from outside: by V8's inspector what it holds after a collection, by the
// system what it has open. Nothing in the server is there for it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'undici';
import { openFiles, residentBytes } from '../../../bench/load/process-figures.ts';
import type { ServeOptions } from '../../../server/main.ts';

export interface Held {
  /** Of JavaScript, after a collection; array buffers included. */
  readonly heapBytes: number;
  /** Of the process, native memory included; null where the system does not tell. */
  readonly residentBytes: number | null;
  readonly openFiles: number | null;
  /** What keeps the event loop awake, by kind: sockets, timers, workers (`process.getActiveResourcesInfo`). */
  readonly resources: Readonly<Record<string, number>>;
}

export interface InspectedServer {
  readonly url: string;
  readonly key: string;
  /** Collects garbage first. */
  held(): Promise<Held>;
  /** As Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** @param built where `main.js` is */
export async function startInspected(
  built: string,
  data: string,
  atEnd: (clean: () => void) => void,
): Promise<InspectedServer> {
  const options: ServeOptions = { port: 0, host: '127.0.0.1', data, demo: false, lan: false, tls: null };
  const entry = join(built, 'soak-entry.mjs');
  writeFileSync(
    entry,
    `import { serve } from './main.js';\nawait serve(${JSON.stringify(options)});\nprocess.exit(0);\n`,
  );
  // Few arenas: freed memory goes back sooner, and what stays is held.
  const env = { ...process.env, LOG_LEVEL: 'error', MALLOC_ARENA_MAX: '2' };
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', entry], { env });
  atEnd(() => {
    child.kill('SIGKILL');
  });
  const said = listen(child);
  const inspector = await Inspector.open(await said(/Debugger listening on (\S+)/));
  const url = await said(/ready: (\S+)/);
  return {
    url,
    key: readFileSync(join(data, 'admin.key'), 'utf8').trim(),
    held: () => held(inspector, child.pid!),
    stop: async () => {
      inspector.close();
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const [code] = (await exit) as [number | null];
      return code;
    },
  };
}

/** Resolves with the first group, as soon as that has been said; throws what was said where the process ends first. */
function listen(child: ChildProcess): (pattern: RegExp) => Promise<string> {
  let text = '';
  const heard = new Set<() => void>();
  const hear = (part?: Buffer) => {
    text += part?.toString() ?? '';
    for (const each of heard) each();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  child.on('exit', () => hear());
  return pattern =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(text)?.[1];
        if (found === undefined && child.exitCode === null) return;
        heard.delete(look);
        if (found === undefined) reject(new Error(`the server ended with ${child.exitCode}:\n${text}`));
        else resolve(found);
      };
      heard.add(look);
      look();
    });
}

async function held(inspector: Inspector, pid: number): Promise<Held> {
  // What one collection finalizes, the next one frees.
  for (let nth = 0; nth < 3; nth++) await inspector.call('HeapProfiler.collectGarbage');
  const expression = 'JSON.stringify([process.memoryUsage(), process.getActiveResourcesInfo()])';
  const { result } = (await inspector.call('Runtime.evaluate', { expression })) as {
    result: { value: string };
  };
  const [memory, active] = JSON.parse(result.value) as [NodeJS.MemoryUsage, string[]];
  const resources: Record<string, number> = {};
  for (const kind of active) resources[kind] = (resources[kind] ?? 0) + 1;
  return {
    heapBytes: memory.heapUsed + memory.arrayBuffers,
    residentBytes: residentBytes(pid),
    openFiles: openFiles(pid),
    resources,
  };
}

/** The Chrome DevTools Protocol, as far as it is needed here. */
class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: Error) => void }
  >();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error } = JSON.parse(String(data)) as {
        id?: number;
        result?: unknown;
        error?: { message: string };
      };
      const waiting = id === undefined ? undefined : this.#waiting.get(id);
      if (!waiting) return;
      this.#waiting.delete(id!);
      if (error) waiting.reject(new Error(error.message));
      else waiting.resolve(result);
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the inspector closed'));
    });
  }

  static async open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve());
      socket.addEventListener('error', () => reject(new Error(`no inspector at ${url}`)));
    });
    return new Inspector(socket);
  }

  call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}
