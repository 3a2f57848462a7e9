// A host on trial: opened and timed, and given up at any moment without waiting for what it is doing.
import { HaversackError } from '../errors.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { IsEnough, ProbedSteps, StepProbe } from './step-probe.ts';

export interface Attempted {
  /** Belongs to who is answered. */
  readonly host: StepHost;
  readonly steps: ProbedSteps;
}

export class HostAttempt {
  /** Rejects with what opening or a step threw; the host is disposed of then. */
  readonly result: Promise<Attempted>;
  #hasShown = false;
  #isGivenUp = false;

  constructor(probe: StepProbe, open: () => Promise<StepHost>, isEnough: IsEnough) {
    this.result = this.#run(probe, open, isEnough);
  }

  /** Whether a step was timed: the first one, which compiles, is behind it. */
  get hasShown(): boolean {
    return this.#hasShown;
  }

  /**
   * The call that is under way cannot be taken back: the host is disposed of once it has ended, however it ends, and gets no
   * other. Calls of other hosts into the same runtime wait their turn there.
   */
  giveUp(): void {
    this.#isGivenUp = true;
    void this.result.then(({ host }) => host.dispose()).catch(() => undefined);
  }

  async #run(probe: StepProbe, open: () => Promise<StepHost>, isEnough: IsEnough): Promise<Attempted> {
    const host = await open();
    try {
      const steps = await probe.time(this.#whileWanted(host), times => {
        this.#hasShown = true;
        return isEnough(times);
      });
      return { host, steps };
    } catch (thrown) {
      await host.dispose();
      throw thrown;
    }
  }

  /** The host, refusing every call but to dispose once it is given up. */
  #whileWanted(host: StepHost): StepHost {
    const wanted = <T>(call: () => Promise<T>): Promise<T> =>
      this.#isGivenUp ? Promise.reject(new HaversackError('Aborted', 'It was given up.')) : call();
    return {
      ...host,
      put: values => wanted(() => host.put(values)),
      read: slots => wanted(() => host.read(slots)),
      open: (file, links) =>
        wanted(async () => {
          const step = await host.open(file, links);
          return { run: feeds => wanted(() => step.run(feeds)), dispose: () => step.dispose() };
        }),
    };
  }
}
