// The page's side of an ML worker: starts it late, ends it when idle, tells callers when it is gone. Knows the worker by
// its types only, and not where its script lies.
import { type Remote, wrap } from 'comlink';
import { type Failure, failure, toFailure } from '../../core/errors.ts';
import { fail, type Result } from '../../core/result.ts';
import type { TensorMap } from '../../core/tensor.ts';
import type { Prediction, WorkerApi } from '../../worker/protocol.ts';
import { PredictPort } from './predict-port.ts';

export type WorkerRole = 'serving' | 'training';

/** ONNX Runtime's memory never shrinks (onnxruntime#21673): an idle worker is ended, and its memory goes with it. */
const idleAfterMs: Readonly<Record<WorkerRole, number>> = { serving: 30_000, training: 5_000 };
/** A worker that is told to stop and has not ended its calls by then is ended. */
export const stopGraceMs = 2_000;

export type CreateWorker = (role: WorkerRole) => Worker;

interface Running {
  readonly worker: Worker;
  readonly api: Remote<WorkerApi>;
  readonly predictions: PredictPort;
  /** How other calls in flight are ended from here. */
  readonly inFlight: Set<(reason: Failure) => void>;
  /** `stop` was called and its grace runs. */
  stopping: ReturnType<typeof setTimeout> | null;
  /** When the last call ended. */
  idleSince: number;
  idleTimer: ReturnType<typeof setTimeout> | null;
}

/** One worker at a time. Handles die with their worker: whoever keeps one listens with `onEnded`, and opens again. */
export class WorkerOwner {
  readonly #role: WorkerRole;
  readonly #createWorker: CreateWorker;
  readonly #idleMs: number;
  readonly #listeners = new Set<(generation: number) => void>();
  #running: Running | null = null;
  #generation = 0;

  constructor(role: WorkerRole, createWorker: CreateWorker, idleMs = idleAfterMs[role]) {
    this.#role = role;
    this.#createWorker = createWorker;
    this.#idleMs = idleMs;
  }

  /** Grows by one with every worker. A handle is of the generation it was opened in, and of no other. */
  get generation(): number {
    return this.#generation;
  }

  /** @returns how to listen no more */
  onEnded(listener: (generation: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Never rejects: a worker that broke is `RuntimeFailed`, one that was ended by `stop` is `Aborted`. */
  call<T>(use: (api: Remote<WorkerApi>) => Promise<Result<T>>): Promise<Result<T>> {
    const running = this.#ensure();
    return new Promise(resolve => {
      const end = (reason: Failure) => resolve(fail(reason));
      running.inFlight.add(end);
      use(running.api)
        .then(resolve, (thrown: unknown) => resolve(fail(toFailure(thrown, 'RuntimeFailed'))))
        .finally(() => {
          running.inFlight.delete(end);
          this.#settled(running);
        });
    });
  }

  /** Never rejects, as `call`. */
  predict(handle: number, inputs: TensorMap): Promise<Result<Prediction>> {
    return this.#ensure().predictions.ask(handle, inputs);
  }

  /** For what has no answer (pause, resume). Nothing happens, and no worker is started, where none runs. */
  async tell(use: (api: Remote<WorkerApi>) => Promise<void>): Promise<void> {
    if (this.#running) await use(this.#running.api).catch(() => undefined);
  }

  /** Asks for the work in flight to end, which it does at its next step; ends the worker where it does not. */
  stop(): void {
    const running = this.#running;
    if (!running) return;
    if (!isBusy(running)) return this.#end(running, failure('Aborted', 'nothing was under way'));
    running.stopping ??= setTimeout(() => {
      this.#end(running, failure('Aborted', `it did not stop within ${stopGraceMs} ms and was ended`));
    }, stopGraceMs);
    running.api.stop().catch(() => undefined);
  }

  #ensure(): Running {
    return (this.#running ??= this.#start());
  }

  #start(): Running {
    const worker = this.#createWorker(this.#role);
    const running: Running = {
      worker,
      api: wrap<WorkerApi>(worker),
      predictions: new PredictPort(worker, () => this.#settled(running)),
      inFlight: new Set(),
      stopping: null,
      idleSince: 0,
      idleTimer: null,
    };
    this.#generation++;
    const broke = (event: Event) => {
      const detail = event instanceof ErrorEvent && event.message ? event.message : 'the worker did not load';
      this.#end(running, failure('RuntimeFailed', detail));
    };
    worker.addEventListener('error', broke);
    worker.addEventListener('messageerror', broke);
    return running;
  }

  #end(running: Running, reason: Failure): void {
    if (this.#running !== running) return;
    this.#running = null;
    if (running.stopping !== null) clearTimeout(running.stopping);
    if (running.idleTimer !== null) clearTimeout(running.idleTimer);
    running.worker.terminate();
    for (const end of running.inFlight) end(reason);
    running.predictions.end(reason);
    for (const listener of this.#listeners) listener(this.#generation);
  }

  #settled(running: Running): void {
    if (this.#running !== running || isBusy(running)) return;
    if (running.stopping !== null) clearTimeout(running.stopping);
    running.stopping = null;
    running.idleSince = performance.now();
    running.idleTimer ??= setTimeout(() => this.#whenIdle(running), this.#idleMs);
  }

  /** One timer for many short calls: it looks again where there was one since. */
  #whenIdle(running: Running): void {
    running.idleTimer = null;
    if (this.#running !== running || isBusy(running)) return;
    const left = this.#idleMs - (performance.now() - running.idleSince);
    if (left > 0) running.idleTimer = setTimeout(() => this.#whenIdle(running), left);
    else void this.#endIfIdle(running);
  }

  async #endIfIdle(running: Running): Promise<void> {
    const open = await running.api.openCount().catch(() => 0);
    if (this.#running !== running || isBusy(running)) return;
    if (open > 0) this.#settled(running);
    else this.#end(running, failure('Aborted', 'nothing was under way'));
  }
}

function isBusy({ inFlight, predictions }: Running): boolean {
  return inFlight.size > 0 || predictions.waiting > 0;
}
