// The program that looks into uploads, in a process of its own: a model that crashes the runtime, hangs or eats the memory
// takes this process and not the server. One job at a time, over IPC.
import { writeFileSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import { FileBlobs } from '../storage/blobs.ts';
import { outOfMemorySignal, requestSchema } from './check-request.ts';
import { type Job, type Outcome } from './checker.ts';
import type { Bench } from './do-job.ts';

const watchEveryMs = 50;
const watchSchema = z.object({ parent: z.number(), limit: z.instanceof(SharedArrayBuffer) });

if (isMainThread) await serveJobs();
else watch(watchSchema.parse(workerData));

async function serveJobs(): Promise<void> {
  dieFirst();
  process.once('disconnect', () => process.exit(0));
  const bench: Bench = {
    blobs: FileBlobs.reader(z.string().parse(process.argv[2])),
    openSession: async file => (await import('../inference/session.ts')).openNodeSession(file),
    runtimeName: async () => (await import('../inference/runtime-name.ts')).runtimeName(),
    optimizeGraph: async file => (await import('../inference/optimize-graph.ts')).optimizeGraph(file),
  };
  // Loaded before it is needed: the first upload does not wait for it.
  const runtime = import('../inference/session.ts').then(({ loadOrt }) => loadOrt());
  const [limit] = await Promise.all([startWatch(), import('./do-job.ts'), runtime]);
  process.on('message', message => {
    const { job, maxBytes } = requestSchema.parse(message);
    Atomics.store(limit, 0, Math.ceil(maxBytes / 2 ** 20));
    void answer(bench, job).then(outcome => process.send?.(outcome));
  });
  process.send?.({ ready: true });
}

async function answer(bench: Bench, job: Job): Promise<Outcome> {
  try {
    const { doJob } = await import('./do-job.ts');
    return { done: true, value: await doJob(bench, job) };
  } catch (thrown) {
    const failure = toFailure(thrown);
    const isOurs = thrown instanceof HaversackError || isOfTheSystem(thrown);
    // Whatever else a file makes our own code stumble over is in the file.
    return {
      done: false,
      failure: isOurs
        ? failure
        : { code: 'ModelInvalid', detail: `it cannot be looked into: ${failure.detail}` },
    };
  }
}

/** A disk that cannot be read is no fault of the file's. */
function isOfTheSystem(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown;
}

/** Where memory ends for the whole machine, Linux is to take this process and not the server (proc(5), oom_score_adj). */
function dieFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // A sandbox may not let us; the limit below holds all the same.
  }
}

/** The main thread is the runtime's while a model loads or runs: who watches it has to be another. */
async function startWatch(): Promise<Int32Array> {
  const limit = new SharedArrayBuffer(4);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { parent: process.ppid, limit } });
  worker.unref();
  await new Promise<void>((resolve, reject) => {
    worker.once('online', resolve);
    worker.once('error', reject);
  });
  return new Int32Array(limit);
}

function watch({ parent, limit }: z.infer<typeof watchSchema>): void {
  const maxMebibytes = new Int32Array(limit);
  setInterval(() => {
    const max = Atomics.load(maxMebibytes, 0);
    if (max > 0 && process.memoryUsage.rss() > max * 2 ** 20) process.kill(process.pid, outOfMemorySignal);
    // The server is gone, and the main thread may be too busy to hear of it.
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, watchEveryMs);
}
