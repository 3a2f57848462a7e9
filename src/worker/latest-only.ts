// One call at a time, and of those that come meanwhile the last: a camera gives more pictures than are answered.
import { HaversackError } from '../core/errors.ts';

interface Waiting<In, Out> {
  readonly input: In;
  readonly resolve: (output: Out | Promise<Out>) => void;
  readonly reject: (error: HaversackError) => void;
}

export class LatestOnly<In, Out> {
  readonly #work: (input: In) => Promise<Out>;
  #waiting: Waiting<In, Out> | null = null;
  #isBusy = false;

  constructor(work: (input: In) => Promise<Out>) {
    this.#work = work;
  }

  /** @throws HaversackError `Aborted` where a newer one took its place; what the work throws */
  run(input: In): Promise<Out> {
    if (!this.#isBusy) return this.#start(input);
    this.#waiting?.reject(new HaversackError('Aborted', 'a newer one came'));
    return new Promise((resolve, reject) => {
      this.#waiting = { input, resolve, reject };
    });
  }

  async #start(input: In): Promise<Out> {
    this.#isBusy = true;
    try {
      return await this.#work(input);
    } finally {
      this.#isBusy = false;
      const next = this.#waiting;
      this.#waiting = null;
      next?.resolve(this.#start(next.input));
    }
  }
}
