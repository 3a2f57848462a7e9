// A project in its worker: opened once, and again where that worker is gone.
import { proxy, transfer } from 'comlink';
import type { Digest } from '../../core/artifact/digest.ts';
import { failure } from '../../core/errors.ts';
import { fail, type Result } from '../../core/result.ts';
import type { EmbeddingPoint } from '../../core/teach/embedder.ts';
import type { LiveAnswer, ProjectStanding, Shown, VersionRef } from '../../worker/protocol.ts';
import type { WorkerBridge } from './worker-bridge.ts';

type Opened = Result<{ readonly handle: number }>;

/** Where a version's embedding may be taken, the proposed place first. */
export function pointsOf(bridge: WorkerBridge, ref: VersionRef): Promise<Result<EmbeddingPoint[]>> {
  return bridge.call(api => api.embeddingPoints(ref));
}

export class BridgedProject {
  readonly #bridge: WorkerBridge;
  readonly #project: string;
  readonly #unlisten: () => void;
  /** Null before the first question, and once its worker has ended. */
  #opening: Promise<Opened> | null = null;
  /** Grows with each closing: what that cut short is not begun anew, or it would go on where nobody looks. */
  #closings = 0;
  #isOver = false;

  /** @param project its id */
  constructor(bridge: WorkerBridge, project: string) {
    this.#bridge = bridge;
    this.#project = project;
    this.#unlisten = bridge.onEnded(() => {
      this.#opening = null;
    });
  }

  learn(onStanding: (standing: ProjectStanding) => void): Promise<Result<ProjectStanding>> {
    return this.#ask(handle => this.#bridge.call(api => api.learn(handle, proxy(onStanding))));
  }

  /** What is looked at goes over to the worker: whoever asks has it no more. */
  async look(shown: Shown): Promise<Result<LiveAnswer>> {
    const opened = await this.#open();
    if (!opened.ok) return opened;
    const { handle } = opened.value;
    const memory = (shown instanceof Float32Array ? shown : shown.rgba).buffer;
    return this.#bridge.call(api => api.look(handle, transfer(shown, [memory])));
  }

  /** Closed meanwhile, as by a page that was hidden, it is begun once more; not so after `dispose`. */
  async finish(): Promise<Result<{ readonly candidate: Digest }>> {
    const closings = this.#closings;
    const ask = () => this.#ask(handle => this.#bridge.call(api => api.finishProject(handle)));
    const first = await ask();
    return first.ok || this.#isOver || closings === this.#closings ? first : ask();
  }

  /** Lets the worker forget it, where it knows it. Asked again, it is opened anew: by another embedder, if that was chosen. */
  async close(): Promise<void> {
    this.#closings += 1;
    const opening = this.#opening;
    this.#opening = null;
    const opened = await opening;
    if (opened?.ok) await this.#bridge.call(api => api.closeProject(opened.value.handle));
  }

  /** Closes it for good. */
  async dispose(): Promise<void> {
    this.#isOver = true;
    await this.close();
    this.#unlisten();
  }

  /** A handle that died with its worker is opened again, once. */
  async #ask<T>(use: (handle: number) => Promise<Result<T>>): Promise<Result<T>> {
    const closings = this.#closings;
    const opened = await this.#open();
    if (!opened.ok) return opened;
    const first = await use(opened.value.handle);
    if (first.ok || this.#opening !== null || closings !== this.#closings) return first;
    const again = await this.#open();
    return again.ok ? use(again.value.handle) : again;
  }

  #open(): Promise<Opened> {
    if (this.#opening) return this.#opening;
    if (this.#isOver) return Promise.resolve(fail(failure('Aborted', 'the project was closed')));
    const opening = this.#bridge.call(api => api.openProject(this.#project));
    this.#opening = opening;
    // What could not be opened is tried anew at the next question.
    void opening.then(result => {
      if (!result.ok && this.#opening === opening) this.#opening = null;
    });
    return opening;
  }
}
