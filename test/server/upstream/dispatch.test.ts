// The ways of one request among those that may answer it, in a simulation: any mixture of those that answer, fail and are shut.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answerer, TryContext } from '../../../server/upstream/answerer.ts';
import { dispatch, type Job } from '../../../server/upstream/dispatch.ts';
import { LocalAnswerer } from '../../../server/upstream/local-answerer.ts';
import { RetryBudget } from '../../../server/upstream/retry-budget.ts';
import { TryFailed, type TryFailure } from '../../../server/upstream/try-failed.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { plainRequest } from './balanced.ts';

type Kind = 'answers' | TryFailure['retry'];

interface Simulated extends Answerer {
  readonly kind: Kind;
  readonly tries: TryContext[];
}

function simulated(kind: Kind, weight: number, standing: Answerer['standing'], waitMs: number): Simulated {
  const tries: TryContext[] = [];
  return {
    id: kind,
    kind,
    weight,
    outstanding: 0,
    standing,
    waitMs,
    tries,
    takes: () => true,
    attempt: (_version, _request, context) => {
      tries.push(context);
      if (kind === 'answers') {
        const by = {
          who: 'upstream',
          model: 'm',
          version: null,
          variant: null,
          provider: null,
          ms: 0,
        } as const;
        return Promise.resolve({ outputs: { y: float32([1], [1]) }, by });
      }
      const error = new HaversackError('UpstreamFailed', kind);
      return Promise.reject(new TryFailed({ error, retry: kind, verdict: 'unknown', outcome: kind }));
    },
  };
}

const answerer = fc
  .record({
    kind: fc.constantFrom<Kind>('answers', 'no', 'elsewhere', 'again'),
    weight: fc.constantFrom(0, 1, 9),
    standing: fc.constantFrom<Answerer['standing']>('well', 'ill', 'shut'),
    waitMs: fc.nat(30_000),
  })
  .map(({ kind, weight, standing, waitMs }) => simulated(kind, weight, standing, waitMs));

/** A clock that stands still: no test waits. */
const frozen = { budget: new RetryBudget(), nowMs: () => 0 };
const job: Job = {
  version: { model: 'm', version: 1 },
  request: plainRequest,
  context: { signal: new AbortController().signal, tenant: 'test' },
  // Less than the shortest pause: those that failed are not waited for.
  timeoutMs: 20,
  isOwnDeadline: true,
};

describe('one request', () => {
  it('that this server’s own sessions had no time for is answered elsewhere', async () => {
    const late = new HaversackError('DeadlineExceeded', 'half of the time was not enough');
    const here = new LocalAnswerer({ infer: () => Promise.reject(late) });
    const there = simulated('answers', 0, 'well', 0);
    await dispatch([here, there], job, { ...frozen, random: () => 0 });
    expect(there.tries).toHaveLength(1);
  });

  it('is answered wherever anybody who may be asked answers and nobody refused it before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(answerer, { maxLength: 6 }), fc.nat(), async (answerers, seed) => {
        let state = seed;
        const random = () => (state = (state * 16_807 + 11) % 2_147_483_647) / 2_147_483_647;
        const outcome = await dispatch(answerers, job, { ...frozen, budget: new RetryBudget(), random }).then(
          () => 'answered',
          (thrown: unknown) => (thrown as HaversackError).code,
        );
        const asked = answerers.filter(({ tries }) => tries.length > 0);
        // Each is asked once at most, those that are shut never.
        expect(asked.every(({ tries, standing }) => tries.length === 1 && standing !== 'shut')).toBe(true);
        expect(asked.length).toBeLessThanOrEqual(5);
        const open = answerers.filter(({ standing }) => standing !== 'shut');
        const refused = asked.some(({ kind }) => kind === 'no');
        const canAnswer = open.some(({ kind }) => kind === 'answers');
        if (outcome === 'answered') expect(asked.filter(({ kind }) => kind === 'answers')).toHaveLength(1);
        else if (canAnswer && !refused) expect(asked).toHaveLength(5);
        if (open.length === 0) expect(asked).toHaveLength(0);
        // Those whose checks fail come after those whose checks do not.
        if (asked.some(({ standing }) => standing === 'ill')) {
          const well = open.filter(({ standing }) => standing === 'well');
          expect(well.every(each => asked.includes(each))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives half of what is left to one while others could still answer, and all of it to the last', async () => {
    const [first, second, last] = Array.from({ length: 3 }, () => simulated('elsewhere', 1, 'well', 0));
    const all = [first!, second!, last!];
    await expect(dispatch(all, job, { ...frozen, random: () => 0 })).rejects.toMatchObject({
      code: 'UpstreamFailed',
    });
    const timeouts = all.flatMap(({ tries }) => tries.map(({ timeoutMs }) => timeoutMs));
    expect(timeouts.sort((a, b) => a - b)).toEqual([10, 10, 20]);
  });

  it('is tried no more where the budget is spent', async () => {
    const budget = new RetryBudget();
    while (budget.withdraw());
    const all = [simulated('elsewhere', 9, 'well', 0), simulated('answers', 0, 'well', 0)];
    await expect(dispatch(all, job, { ...frozen, budget, random: () => 0 })).rejects.toMatchObject({
      detail: 'elsewhere',
    });
  });

  it('says when to ask again where all are shut: when the first opens', async () => {
    const all = [simulated('answers', 1, 'shut', 9_000), simulated('answers', 1, 'shut', 4_000)];
    await expect(dispatch(all, job, { ...frozen, random: () => 0 })).rejects.toMatchObject({
      code: 'UpstreamFailed',
      retryAfterSeconds: 4,
    });
    const full = [...all, simulated('answers', 1, 'shut', 0)];
    await expect(dispatch(full, job, { ...frozen, random: () => 0 })).rejects.toMatchObject({
      code: 'Overloaded',
      retryAfterSeconds: 1,
    });
  });

  it('throws on what is no failure of a try', async () => {
    const broken = {
      ...simulated('answers', 1, 'well', 0),
      attempt: () => Promise.reject(new TypeError('bug')),
    };
    await expect(dispatch([broken], job, { ...frozen, random: () => 0 })).rejects.toThrow(TypeError);
  });
});
