// Keeps the check process: started when it is needed, used again, ended when it hangs or idles, started anew when it died.
import { type ChildProcess, fork } from 'node:child_process';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import { outOfMemorySignal } from './check-request.ts';
import { type Job, outcomeSchema } from './checker.ts';

/** Of its JavaScript; what the runtime takes is watched by the process itself. */
const maxHeapMebibytes = 2048;
/** Nothing to do for so long: the runtime's memory is given back. */
const idleMs = 60_000;
/** All that the process learns of the server's surroundings: how programs and libraries are found, no keys. */
const passedOn = ['PATH', 'LD_LIBRARY_PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'TZ'];

export interface JobProcessOptions {
  /** The built program, `check-process.js`. */
  readonly program: string;
  /** Folder of the chunks. */
  readonly chunks: string;
  /** Jobs that wait at most; beyond, they are turned away. */
  readonly maxWaiting: number;
}

export interface JobLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Whether the process ends with it: the runtime does not give back all that a large model took. */
  readonly last: boolean;
}

/** One process, one job at a time, in order. */
export class JobProcess {
  readonly #options: JobProcessOptions;
  #child: ChildProcess | null = null;
  /** Resolves when it can take a job; false where it has ended instead. */
  #ready: Promise<boolean> = Promise.resolve(false);
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #busy = false;
  #closed = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(options: JobProcessOptions) {
    this.#options = options;
  }

  /** Null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  start(): void {
    if (!this.#closed) this.#rest(this.#running());
  }

  /** @throws HaversackError what the job throws; `ModelInvalid` where the process dies of it; `Unavailable` */
  async run<T>(job: Job, schema: z.ZodType<T>, limits: JobLimits): Promise<T> {
    if (this.#waiting >= this.#options.maxWaiting) {
      throw new HaversackError('Unavailable', `${this.#waiting} uploads wait to be looked into already`);
    }
    this.#waiting += 1;
    const answer = this.#last.then(() => this.#ask(job, limits));
    this.#last = answer.catch(() => undefined);
    try {
      return schema.parse(await answer);
    } finally {
      this.#waiting -= 1;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    await this.#last;
  }

  async #ask(job: Job, { timeoutMs, maxBytes, last }: JobLimits): Promise<unknown> {
    if (this.#closed) throw this.#whyNot('');
    clearTimeout(this.#idle);
    const child = this.#running();
    try {
      if (!(await this.#ready)) throw this.#whyNot('the process that looks into uploads does not start');
      return await this.#exchange(child, { job, maxBytes }, timeoutMs);
    } finally {
      if (last) child.kill('SIGKILL');
      this.#rest(child);
    }
  }

  #exchange(child: ChildProcess, request: object, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#busy = true;
      const end = (settle: () => void) => {
        this.#busy = false;
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        settle();
      };
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        end(() => {
          reject(
            new HaversackError('ModelInvalid', `looking into it takes longer than ${timeoutMs / 1000} s`),
          );
        });
      }, timeoutMs);
      const onMessage = (message: unknown) => {
        end(() => {
          const { data: outcome } = outcomeSchema.safeParse(message);
          if (!outcome) reject(this.#whyNot('the process that looks into uploads gave no answer'));
          else if (outcome.done) resolve(outcome.value);
          else reject(new HaversackError(outcome.failure.code, outcome.failure.detail));
        });
      };
      const onExit = (code: number | null, signal: string | null) => {
        end(() => {
          reject(
            this.#closed ? this.#whyNot('') : new HaversackError('ModelInvalid', whyItEnded(code, signal)),
          );
        });
      };
      const onError = (cause: Error) => {
        end(() => {
          reject(new HaversackError('Internal', `the check process: ${cause.message}`, { cause }));
        });
      };
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      child.send(request, error => {
        if (error && child.exitCode === null && child.signalCode === null) onError(error);
      });
    });
  }

  /** No fault of the upload's: asked for again later, it may be looked into. */
  #whyNot(reason: string): HaversackError {
    return new HaversackError('Unavailable', this.#closed ? 'the server stops' : reason);
  }

  #running(): ChildProcess {
    if (this.#child) return this.#child;
    const { program, chunks } = this.#options;
    const child = fork(program, [chunks], {
      execArgv: [`--max-old-space-size=${maxHeapMebibytes}`],
      env: Object.fromEntries(
        passedOn.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])),
      ),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const gone = () => {
      if (this.#child === child) this.#child = null;
    };
    child.once('exit', gone);
    child.on('error', gone);
    this.#child = child;
    this.#ready = new Promise(resolve => {
      child.once('message', () => {
        resolve(true);
      });
      child.once('exit', () => {
        resolve(false);
      });
      child.once('error', () => {
        resolve(false);
      });
    });
    return child;
  }

  /** Ends it later, where nothing comes meanwhile. */
  #rest(child: ChildProcess): void {
    if (child.killed && this.#child === child) this.#child = null;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#waiting > 0) return;
      this.#child?.kill('SIGKILL');
      this.#child = null;
    }, idleMs);
    this.#idle.unref();
  }
}

function whyItEnded(code: number | null, signal: string | null): string {
  if (signal === outOfMemorySignal) return 'it takes more memory than an upload of its size may';
  return `the process that looked into it ended (${signal ?? `exit code ${code}`})`;
}
