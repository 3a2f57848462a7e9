// Load from several processes at once, as one.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { median } from '../../src/core/median.ts';
import type { ClosedLoad, ClosedResult } from './closed-loop.ts';

type Said = { readonly result: ClosedResult } | { readonly error: string };

export class Generators {
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  /** @param program `load-program.js`, built */
  static async start(program: string, count: number): Promise<Generators> {
    const children = Array.from({ length: count }, () => fork(program, { serialization: 'advanced' }));
    await Promise.all(children.map(child => once(child, 'message')));
    return new Generators(children);
  }

  /** @param load its connections are shared out. @throws where an answer is not 200 */
  async run(load: ClosedLoad): Promise<ClosedResult> {
    const shares = this.#children.flatMap((child, nth) => {
      const connections = Math.floor((load.connections + nth) / this.#children.length);
      return connections === 0 ? [] : [{ child, connections }];
    });
    const results = await Promise.all(
      shares.map(async ({ child, connections }) => {
        child.send({ ...load, connections });
        const [said] = (await once(child, 'message')) as [Said];
        if ('error' in said) throw new Error(said.error);
        return said.result;
      }),
    );
    return {
      answers: results.reduce((sum, { answers }) => sum + answers, 0),
      microsecondsAnAnswer:
        1 / results.reduce((sum, { microsecondsAnAnswer }) => sum + 1 / microsecondsAnAnswer, 0),
      p50Ms: median(results.map(({ p50Ms }) => p50Ms)),
      p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)),
    };
  }

  close(): void {
    for (const child of this.#children) child.kill();
  }
}
