import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RetryBudget, retryShare } from '../../../server/upstream/retry-budget.ts';

it('lets a fifth of the requests be tried again, and a reserve, in any order of requests and failures', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 3000 }), events => {
      const budget = new RetryBudget();
      let requests = 0;
      let retries = 0;
      for (const isRequest of events) {
        if (isRequest) {
          budget.deposit();
          requests += 1;
        } else if (budget.withdraw()) retries += 1;
        expect(retries).toBeLessThanOrEqual(100 + requests * retryShare + 1e-6);
      }
    }),
    { numRuns: 50 },
  );
});

it('lets all pass that were under way at one engine when it went down', () => {
  const budget = new RetryBudget();
  expect(Array.from({ length: 101 }, () => budget.withdraw()).filter(Boolean)).toHaveLength(100);
});

it('saves up no more in quiet times than one storm may use', () => {
  const budget = new RetryBudget();
  for (let n = 0; n < 1_000_000; n += 1) budget.deposit();
  let retries = 0;
  while (budget.withdraw()) retries += 1;
  expect(retries).toBe(500);
});
