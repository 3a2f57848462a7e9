import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { FirstAnswer } from '../../../src/app/state/first-answer.ts';

/** Longer than any test. */
const forEver = 2 ** 30;

/** What `promise` has come to when everything that waits for nothing is done. */
async function stateOf(promise: Promise<void>): Promise<'waits' | 'goes on'> {
  const later = new Promise<'waits'>(resolve => setTimeout(resolve, 0, 'waits' as const));
  return Promise.race([promise.then(() => 'goes on' as const), later]);
}

describe('what else the page does', () => {
  it('waits for the first answer, and not for another', async () => {
    const first = new FirstAnswer();
    const rest = first.wait(signal(true), forEver);
    expect(await stateOf(rest)).toBe('waits');
    first.settle();
    expect(await stateOf(rest)).toBe('goes on');
    expect(await stateOf(first.wait(signal(true), forEver))).toBe('goes on');
  });

  it('waits for nothing where none is asked for', async () => {
    expect(await stateOf(new FirstAnswer().wait(signal(false), forEver))).toBe('goes on');
  });

  it('goes on when none is asked for any more', async () => {
    const isAskedFor = signal(true);
    const rest = new FirstAnswer().wait(isAskedFor, forEver);
    expect(await stateOf(rest)).toBe('waits');
    isAskedFor.value = false;
    expect(await stateOf(rest)).toBe('goes on');
  });

  it('goes on after a while whatever happens', async () => {
    await new FirstAnswer().wait(signal(true), 1);
  });
});
