import { expect, test } from 'vitest';
import { unlessAborted } from '../../../src/app/twin/lane.ts';
import { withDeadline } from '../../../src/app/twin/deadline.ts';
import { HaversackError } from '../../../src/core/errors.ts';

const forever = (signal: AbortSignal) => unlessAborted(new Promise<never>(() => undefined), signal);
const context = (change: object = {}) => ({
  signal: new AbortController().signal,
  tenant: 'device',
  ...change,
});

test.each([
  ['the request, in µs', { timeout: 2000 }, {}, 'allowed were 2 ms'],
  ['the caller’s header, in ms', {}, { timeoutMs: 3 }, 'allowed were 3 ms'],
  ['the shorter of both', { timeout: 9e9 }, { timeoutMs: 4 }, 'allowed were 4 ms'],
  ['0 µs is no limit, as with Triton', { timeout: 0 }, { timeoutMs: 5 }, 'allowed were 5 ms'],
])('%s', async (_, parameters, change, detail) => {
  const waiting = withDeadline({ parameters }, context(change), forever);
  await expect(waiting).rejects.toMatchObject({ code: 'DeadlineExceeded', detail });
});

test('what is called off ends with the caller’s reason, also before it begins', async () => {
  const caller = new AbortController();
  const waiting = withDeadline({ parameters: {} }, context({ signal: caller.signal }), forever);
  caller.abort(new HaversackError('Aborted', 'the caller went'));
  await expect(waiting).rejects.toMatchObject({ code: 'Aborted', detail: 'the caller went' });
  const late = withDeadline({ parameters: {} }, context({ signal: caller.signal }), forever);
  await expect(late).rejects.toMatchObject({ code: 'Aborted' });
});

test('what is in time is passed on as it is', async () => {
  expect(await withDeadline({ parameters: {} }, context(), () => Promise.resolve(7))).toBe(7);
});
