import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../server/upstream/breaker.ts';

/** A clock in a test's hand. `random` 0.5 spreads nothing. */
function started() {
  let nowMs = 0;
  const breaker = new Breaker(
    () => nowMs,
    () => 0.5,
  );
  return {
    breaker,
    pass: (ms: number) => (nowMs += ms),
    fail: (times = 1) => {
      for (let n = 0; n < times; n += 1) {
        breaker.begin();
        breaker.failed();
      }
    },
  };
}

describe('a breaker', () => {
  it('opens with the fifth failure in a row, and not with five that have a success between', () => {
    const { breaker, fail } = started();
    fail(4);
    breaker.succeeded();
    fail(4);
    expect(breaker.state).toBe('closed');
    fail();
    expect([breaker.state, breaker.admits, breaker.waitMs]).toEqual(['open', false, 1000]);
  });

  it('opens where half of twenty tries in ten seconds fail, and forgets what is older', () => {
    const { breaker, fail, pass } = started();
    const everyOther = (times: number) => {
      for (let n = 0; n < times; n += 1) {
        fail();
        breaker.succeeded();
      }
    };
    everyOther(9);
    pass(10_000);
    everyOther(9);
    expect(breaker.state).toBe('closed');
    fail(2);
    expect(breaker.state).toBe('open');
  });

  it('lets one try through after a while, and is open twice as long where that fails', () => {
    const { breaker, fail, pass } = started();
    fail(5);
    pass(999);
    expect(breaker.admits).toBe(false);
    pass(1);
    expect([breaker.state, breaker.admits]).toEqual(['half-open', true]);
    breaker.begin();
    expect(breaker.admits).toBe(false);
    breaker.failed();
    expect([breaker.state, breaker.waitMs]).toEqual(['open', 2000]);
    for (let n = 0; n < 9; n += 1) {
      pass(breaker.waitMs);
      fail();
    }
    expect(breaker.waitMs).toBe(30_000);
  });

  it('closes with the try that succeeds, and begins anew', () => {
    const { breaker, fail, pass } = started();
    fail(5);
    pass(1000);
    breaker.begin();
    breaker.succeeded();
    expect([breaker.state, breaker.waitMs]).toEqual(['closed', 0]);
    fail(5);
    expect(breaker.waitMs).toBe(1000);
  });

  it('is not decided by a caller that went, nor closed by an answer from before', () => {
    const { breaker, fail, pass } = started();
    fail(5);
    breaker.succeeded();
    expect(breaker.state).toBe('open');
    pass(1000);
    breaker.begin();
    breaker.withdrawn();
    expect([breaker.state, breaker.admits]).toEqual(['half-open', true]);
  });
});
