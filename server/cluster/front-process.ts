// One front process, as the primary sees it: started, and started anew when it dies.
import cluster, { type Worker } from 'node:cluster';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Families } from '../telemetry/metric-list.ts';
import { addCounts } from './counts.ts';
import { Desk, type DeskOptions } from './desk.ts';
import { linkDescriptor } from './link.ts';
import { closeUntaken } from './untaken.ts';
import type { FrontSettings, TellFront, TellPrimary } from './tells.ts';

/** Before one that died is started anew: doubled each time, until one has lived for long enough. */
const firstPauseMs = 100;
const maxPauseMs = 10_000;
const longEnoughMs = 30_000;

export interface FrontProcessOptions extends Pick<DeskOptions, 'answering' | 'connections'> {
  /** In the metrics and the log: `1`. */
  readonly name: string;
  /** As they are when it starts. */
  readonly settings: () => FrontSettings;
  readonly families: Families;
  readonly log: Logger;
}

/** The port it listens on, or why it does not. */
export type Outcome = number | { readonly code: string | null; readonly message: string };

export class FrontProcess {
  readonly #options: FrontProcessOptions;
  #worker: Worker;
  #desk: Desk;
  #failures = 0;
  #isStopping = false;
  #restart: NodeJS.Timeout | null = null;
  #onOutcome: ((outcome: Outcome) => void) | null = null;
  readonly #ended: Promise<void>;
  #onEnded: () => void = () => undefined;

  constructor(options: FrontProcessOptions) {
    this.#options = options;
    this.#ended = new Promise(resolve => (this.#onEnded = resolve));
    [this.#worker, this.#desk] = this.#start();
  }

  /** Resolves once, when it listens for the first time or has failed to. */
  outcome(): Promise<Outcome> {
    return new Promise(resolve => (this.#onOutcome = resolve));
  }

  tell(what: TellFront): void {
    this.#desk.tell(what);
  }

  /** What is under way ends first. Resolves when the process is gone. */
  drain(): Promise<void> {
    this.#stop();
    this.#desk.tell({ kind: 'drain' });
    return this.#ended;
  }

  /** Resolves when it is gone. */
  kill(): Promise<void> {
    this.#stop();
    this.#worker.process.kill('SIGKILL');
    return this.#ended;
  }

  #stop(): void {
    this.#isStopping = true;
    if (this.#restart) {
      clearTimeout(this.#restart);
      this.#onEnded();
    }
  }

  #start(): [Worker, Desk] {
    const { name, settings, families, answering, connections, log } = this.#options;
    const startedMs = performance.now();
    families.frontStarts.of(name).add();
    const worker = cluster.fork();
    closeUntaken(worker);
    worker.once('exit', (code, signal) =>
      this.#exited({ code, signal, livedMs: performance.now() - startedMs }),
    );
    // Its exit tells what became of it; without a process there is none.
    worker.on('error', error => log.error({ err: error, front: name }, 'a front process'));
    const desk = new Desk(worker.process.stdio[linkDescriptor] as Duplex, {
      answering,
      connections,
      log,
      onTell: what => this.#take(what),
      onGone: error => {
        if (error) log.error({ err: error, front: name }, 'the link to a front process broke');
        // Whatever it is without a link, it is of no use.
        if (!this.#isStopping) worker.process.kill('SIGKILL');
      },
    });
    desk.tell({ kind: 'start', settings: settings() });
    return [worker, desk];
  }

  #take(what: TellPrimary): void {
    const { name, families, log } = this.#options;
    switch (what.kind) {
      case 'listening':
        this.#settle(what.port);
        return;
      case 'failed':
        log.error({ front: name, code: what.code, why: what.message }, 'a front process does not listen');
        this.#settle(what);
        this.#worker.process.kill('SIGKILL');
        return;
      case 'counts':
        addCounts(families, name, what.counts);
        return;
    }
  }

  #settle(outcome: Outcome): void {
    this.#onOutcome?.(outcome);
    this.#onOutcome = null;
  }

  #exited({ livedMs, ...how }: { code: number | null; signal: string | null; livedMs: number }): void {
    const { name, families, log } = this.#options;
    families.frontMemory.forget({ front: name });
    this.#settle({ code: null, message: `it ended with ${how.signal ?? how.code}` });
    if (this.#isStopping) return this.#onEnded();
    this.#failures = livedMs >= longEnoughMs ? 0 : this.#failures + 1;
    const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.max(0, this.#failures - 1));
    log.error({ front: name, ...how, pauseMs }, 'a front process died: another is started');
    this.#restart = setTimeout(() => {
      this.#restart = null;
      [this.#worker, this.#desk] = this.#start();
    }, pauseMs);
  }
}
