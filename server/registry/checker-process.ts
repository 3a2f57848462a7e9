// The checker in processes of its own: one looks into uploads, which somebody waits for, one makes variants.
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import { type Checker, checkedSchema, derivedSchema, receivedSchema } from './checker.ts';
import { JobProcess } from './job-process.ts';

const checkTimeoutMs = 120_000;
const deriveTimeoutMs = 10 * 60_000;
/** A slow disk takes so much, with every chunk synced. */
const storedBytesPerMs = 5000;
const maxWaiting = 16;

/** What a process has before it has looked at anything, and what a model may take beside its weights. */
const baseBytes = 1.5 * 2 ** 30;
/** A file is read, parsed, written and opened: so many copies of it at most. */
const copies = 6;
/** A job that may take so much beside the base is the process's last. */
const recycleBytes = 256 * 2 ** 20;

export interface CheckerProcessOptions {
  /** The built program, `check-process.js`. */
  readonly program: string;
  /** Folder of the chunks. */
  readonly chunks: string;
  readonly checkTimeoutMs?: number;
  readonly baseBytes?: number;
}

export interface CheckerProcess extends Checker {
  /** Of the process that looks into uploads; null while there is none. */
  readonly pid: number | null;
  /** Whether it has a job in hand. */
  readonly isBusy: boolean;
}

export function checkerProcess(options: CheckerProcessOptions): CheckerProcess {
  const { program, chunks } = options;
  const checks = new JobProcess({ program, chunks, maxWaiting });
  const variants = new JobProcess({ program, chunks, maxWaiting: 1 });
  const memoryFor = (files: readonly (Pick<FileRef, 'bytes'> | null | undefined)[]) => {
    const bytes = copies * files.reduce((sum, file) => sum + (file?.bytes ?? 0), 0);
    return { maxBytes: (options.baseBytes ?? baseBytes) + bytes, last: bytes > recycleBytes };
  };
  return {
    get pid() {
      return checks.pid;
    },
    get isBusy() {
      return checks.isBusy;
    },
    check: job =>
      checks.run(job, checkedSchema, {
        timeoutMs: options.checkTimeoutMs ?? checkTimeoutMs,
        ...memoryFor([job.file, job.recorded?.file]),
      }),
    receive: job => {
      const bytes = job.files.reduce((sum, file) => sum + file.bytes, 0);
      return checks.run(job, receivedSchema, {
        timeoutMs: (options.checkTimeoutMs ?? checkTimeoutMs) + bytes / storedBytesPerMs,
        ...memoryFor(job.files),
      });
    },
    derive: job =>
      variants.run(job, derivedSchema, {
        timeoutMs: deriveTimeoutMs,
        ...memoryFor([job.manifest.authority.file, job.parent, job.manifest.artifacts.dataset?.file]),
      }),
    warm: () => {
      checks.start();
    },
    close: async () => {
      await Promise.all([checks.close(), variants.close()]);
    },
  };
}
