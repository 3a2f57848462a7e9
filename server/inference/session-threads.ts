// Threads that run models, and sessions that live in them. A thread that dies takes the runs with it that it had, and no
// more: the next run starts another and opens its model again.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { buffersOf, packTensors, unpackTensors } from '../../src/core/runtime/packed-tensors.ts';
import type { Session } from '../../src/core/runtime/session.ts';
import type { Tensor, TensorMap } from '../../src/core/tensor.ts';
import {
  type FromThread,
  type OpenedSession,
  ranHead,
  type RanMessage,
  type ThreadOptions,
} from './worker-messages.ts';

/** The thread died, with the run in it. Another run may well succeed. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
}

/** A session in other threads. */
export interface ThreadedSession extends Session {
  /** Runs it can do at the same time. */
  readonly width: number;
  /** As `run`, with feeds that nobody needs any more: they are handed over, where `run` copies them. */
  runGiven(feeds: TensorMap): Promise<TensorMap>;
  /** Of the run that ended last, in the thread: without the way there and back, and without waiting. */
  readonly lastRunMs: number;
}

export interface SessionThreadsOptions {
  /** The built `session-thread.ts`. */
  readonly program: string;
  readonly threads?: number;
  readonly intraOpThreads?: number;
}

/** A file up to this size is opened in every thread, a larger one in the thread that has least to do. */
const everywhereBytes = 64 * 2 ** 20;
/** Cores that one run is spread over. More make a run shorter, and the same cores answer less in all. */
const coresPerThread = 4;
const maxThreads = 8;

/** Reads the model's file: again after its thread died. */
export type ReadFile = () => Promise<Bytes>;

export class SessionThreads {
  readonly #threads: readonly Thread[];
  #sessions = 0;

  constructor({ program, threads, intraOpThreads }: SessionThreadsOptions) {
    const cores = availableParallelism();
    const count = threads ?? Math.min(maxThreads, Math.max(1, Math.round(cores / coresPerThread)));
    const options = { intraOpThreads: intraOpThreads ?? Math.max(1, Math.floor(cores / count)) };
    this.#threads = Array.from({ length: count }, () => new Thread(program, options));
  }

  /**
   * Opens a model; `file` is its content, `read` reads it again.
   * @throws HaversackError as `OpenSession`, `Unavailable` where no thread starts
   */
  async open(file: Bytes, read: ReadFile): Promise<ThreadedSession> {
    const id = ++this.#sessions;
    const threads =
      file.length <= everywhereBytes
        ? this.#threads
        : [this.#threads.reduce((idlest, each) => (each.sessions < idlest.sessions ? each : idlest))];
    const places = threads.map(thread => new Place(thread, id, read));
    try {
      const [opened] = await Promise.all(places.map(place => place.open(file)));
      return new SpreadSession(opened!, places);
    } catch (error) {
      await Promise.allSettled(places.map(place => place.close()));
      throw asUnavailable(error);
    }
  }

  /** Ends the threads at once; what still runs rejects with `ThreadDied`. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.end()));
  }

  /** For tests of what is not meant to happen: ends the threads as a crash would. */
  async kill(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.kill()));
  }
}

/** Runs where least is under way. */
class SpreadSession implements ThreadedSession {
  readonly provider;
  readonly inputs;
  readonly outputs;
  readonly width: number;
  lastRunMs = 0;
  readonly #places: readonly Place[];

  constructor({ provider, inputs, outputs }: OpenedSession, places: readonly Place[]) {
    this.provider = provider;
    this.inputs = inputs;
    this.outputs = outputs;
    this.width = places.length;
    this.#places = places;
  }

  /** @throws HaversackError as `Session.run`; ThreadDied */
  run(feeds: TensorMap): Promise<TensorMap> {
    return this.runGiven(copyOf(feeds));
  }

  async runGiven(feeds: TensorMap): Promise<TensorMap> {
    const place = this.#places.reduce((idlest, each) => (each.load < idlest.load ? each : idlest));
    const answer = await place.run(feeds);
    this.lastRunMs = answer[1];
    return unpackTensors(answer, ranHead);
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.#places.map(place => place.close()));
  }
}

/** One session in one thread. */
class Place {
  readonly #thread: Thread;
  readonly #id: number;
  readonly #read: ReadFile;
  /** Of the thread that it is open in: another's sessions are gone. */
  #opened: { readonly life: number; readonly session: Promise<OpenedSession> } | null = null;

  constructor(thread: Thread, id: number, read: ReadFile) {
    this.#thread = thread;
    this.#id = id;
    this.#read = read;
  }

  get load(): number {
    return this.#thread.underWay;
  }

  open(file: Bytes): Promise<OpenedSession> {
    const session = this.#thread.open(this.#id, file);
    this.#opened = { life: this.#thread.life, session };
    return session;
  }

  async run(feeds: TensorMap): Promise<RanMessage> {
    if (this.#opened?.life !== this.#thread.life) {
      // Whoever comes meanwhile waits for the same session.
      const session = this.#read().then(file => this.#thread.open(this.#id, file));
      this.#opened = { life: this.#thread.start(), session };
      session.catch(() => (this.#opened = null));
      await session;
    } else {
      await this.#opened.session;
    }
    return this.#thread.run(this.#id, feeds);
  }

  async close(): Promise<void> {
    if (this.#opened?.life === this.#thread.life) await this.#thread.close(this.#id);
    this.#opened = null;
  }
}

interface Call {
  readonly resolve: (message: FromThread) => void;
  readonly reject: (error: Error) => void;
}

class Thread {
  readonly #program: string;
  readonly #options: ThreadOptions;
  #worker: Worker | null = null;
  /** How often it was started: what was open in an earlier life is gone. */
  #life = 0;
  #nextCall = 0;
  readonly #calls = new Map<number, Call>();
  readonly #sessions = new Set<number>();

  constructor(program: string, options: ThreadOptions) {
    this.#program = program;
    this.#options = options;
  }

  get life(): number {
    return this.#worker ? this.#life : -1;
  }

  /** Open in this life. */
  get sessions(): number {
    return this.#sessions.size;
  }

  get underWay(): number {
    return this.#calls.size;
  }

  /** Where it does not live. Returns the number of its life. */
  start(): number {
    if (this.#worker) return this.#life;
    // Without what this process was started with: `--input-type` and the like are for no file.
    const worker = new Worker(this.#program, { workerData: this.#options, execArgv: [] });
    worker.on('message', (message: FromThread) => this.#settle(message));
    // What it died of; `exit` follows and ends its calls.
    let reason = 'it ended by itself';
    worker.on('error', error => (reason = error instanceof Error ? error.message : String(error)));
    worker.once('exit', () => {
      if (this.#worker === worker) this.#forget(reason);
    });
    this.#worker = worker;
    return ++this.#life;
  }

  async open(session: number, file: Bytes): Promise<OpenedSession> {
    const answer = await this.#call(call => [{ kind: 'open', call, session, file }]);
    this.#sessions.add(session);
    return (answer as Extract<FromThread, { kind: 'opened' }>).opened;
  }

  async run(session: number, feeds: TensorMap): Promise<RanMessage> {
    const answer = await this.#call(call => [packTensors([call, session], feeds), buffersOf(feeds)]);
    return answer as RanMessage;
  }

  async close(session: number): Promise<void> {
    this.#sessions.delete(session);
    await this.#call(call => [{ kind: 'close', call, session }]);
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#forget('the server stops');
    await worker?.terminate();
  }

  async kill(): Promise<void> {
    await this.#worker?.terminate();
  }

  #call(message: (call: number) => readonly [unknown, ArrayBuffer[]?]): Promise<FromThread> {
    this.start();
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      const [content, buffers] = message(call);
      this.#worker!.postMessage(content, buffers ?? []);
    });
  }

  #settle(message: FromThread): void {
    const call = 'call' in message ? message.call : message[0];
    const waiting = this.#calls.get(call);
    this.#calls.delete(call);
    if (!waiting) return;
    if ('kind' in message && message.kind === 'failed') {
      waiting.reject(new HaversackError(message.failure.code, message.failure.detail));
    } else {
      waiting.resolve(message);
    }
  }

  #forget(reason: string): void {
    this.#worker = null;
    this.#sessions.clear();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(new ThreadDied(reason));
  }
}

function copyOf(feeds: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { datatype, shape, data }]): [string, Tensor] => [
      name,
      { datatype, shape, data: data.slice() },
    ]),
  );
}

function asUnavailable(error: unknown): unknown {
  if (!(error instanceof ThreadDied)) return error;
  return new HaversackError('Unavailable', `the thread that runs models died: ${error.message}`, {
    cause: error,
  });
}
