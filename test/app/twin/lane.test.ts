import { expect, test } from 'vitest';
import { Lane } from '../../../src/app/twin/lane.ts';
import { HaversackError } from '../../../src/core/errors.ts';

const never = new AbortController().signal;

/** Work that ends when the test says so. */
function works() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>(resolve => ends.set(name, () => resolve(name)));
  };
  return { begun, work, end: (name: string) => ends.get(name)!() };
}

test('runs a few at once, and the rest in the order they came', async () => {
  const lane = new Lane({ atOnce: 2, waiting: 8 });
  const { begun, work, end } = works();
  const results = ['a', 'b', 'c', 'd'].map(name => lane.run(never, work(name)));
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await results[1]).toBe('b');
  await expect.poll(() => begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) end(name);
  await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd']);
  end('d');
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
});

test('what is called off while it waits never begins, and holds nobody up', async () => {
  const lane = new Lane({ atOnce: 1, waiting: 8 });
  const { begun, work, end } = works();
  const caller = new AbortController();
  const first = lane.run(never, work('first'));
  const dropped = lane.run(caller.signal, work('dropped'));
  const last = lane.run(never, work('last'));
  caller.abort(new HaversackError('DeadlineExceeded', 'allowed were 5 ms'));
  await expect(dropped).rejects.toMatchObject({ code: 'DeadlineExceeded' });
  end('first');
  await first;
  await expect.poll(() => begun).toEqual(['first', 'last']);
  end('last');
  expect(await last).toBe('last');
});

test('what is called off while it runs is not waited for, and keeps its place until it ends', async () => {
  const lane = new Lane({ atOnce: 1, waiting: 8 });
  const { begun, work, end } = works();
  const caller = new AbortController();
  const running = lane.run(caller.signal, work('running'));
  const next = lane.run(never, work('next'));
  await Promise.resolve();
  caller.abort();
  await expect(running).rejects.toMatchObject({ code: 'Aborted' });
  expect(begun).toEqual(['running']);
  end('running');
  await expect.poll(() => begun).toEqual(['running', 'next']);
  end('next');
  await next;
});

test('more than can be waited for is turned away, with when to ask again', async () => {
  const lane = new Lane({ atOnce: 1, waiting: 1 });
  const { work, end } = works();
  const taken = [lane.run(never, work('a')), lane.run(never, work('b'))];
  await expect(lane.run(never, work('c'))).rejects.toMatchObject({
    code: 'Overloaded',
    retryAfterSeconds: 1,
  });
  end('a');
  await taken[0];
  const late = lane.run(never, work('d'));
  await expect
    .poll(() => {
      end('b');
      return true;
    })
    .toBe(true);
  await taken[1];
  await expect
    .poll(() => {
      end('d');
      return true;
    })
    .toBe(true);
  expect(await late).toBe('d');
});

test('what throws frees its place', async () => {
  const lane = new Lane({ atOnce: 1, waiting: 1 });
  await expect(lane.run(never, () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
  expect(await lane.run(never, () => Promise.resolve('next'))).toBe('next');
});
