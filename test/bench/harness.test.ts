import { expect, it } from 'vitest';
import { compared, interleaved, limited, render, spread, surplus } from '../../bench/harness.ts';

it('takes the middle value, or the mean of the two middle ones', () => {
  expect(spread([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
  expect(spread([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
  expect(() => spread([])).toThrow(RangeError);
});

it('says how many times better ours is', () => {
  const row = { case: 'c', metric: 'ms', peer: 'raw', goal: 1 / 1.1 };
  expect(compared(row, [10], [20])).toMatchObject({ ratio: 2, met: true });
  expect(compared(row, [11], [10])).toMatchObject({ met: true });
  expect(compared(row, [11.1], [10])).toMatchObject({ met: false });
});

it('holds a figure without a peer against its limit', () => {
  const row = { case: 'c', metric: 'MB', limit: 6, limitName: 'at most 6 MB' };
  expect(limited(row, [3])).toMatchObject({ peer: 'at most 6 MB', ratio: 2, goal: 1, met: true });
  expect(limited(row, [6.1])).toMatchObject({ met: false });
});

it('holds what ours takes more against a limit, pair by pair, and takes less for nothing', () => {
  const row = { case: 'c', metric: 'ms more', limit: 3, limitName: '3 ms' };
  expect(surplus(row, [10, 21, 30], [9, 19, 29])).toMatchObject({ ours: { median: 1 }, ratio: 3, met: true });
  expect(surplus(row, [15, 25], [10, 20])).toMatchObject({ met: false });
  expect(surplus(row, [1, 1], [2, 2])).toMatchObject({ met: true });
});

it('runs both sides in turn, each first as often, and throws warm-ups away', async () => {
  const order: string[] = [];
  const side = (name: string) => {
    let n = 0;
    return () => {
      order.push(name);
      return Promise.resolve(++n);
    };
  };
  const result = await interleaved({ count: 2, warmUps: 1 }, side('A'), side('B'));
  expect(order).toEqual(['B', 'A', 'A', 'B', 'B', 'A']);
  expect(result).toEqual({ ours: [2, 3], theirs: [2, 3] });
});

it('tells a missed goal as loudly as a met one', () => {
  const rows = [limited({ case: 'c', metric: 'MB', limit: 6, limitName: 'limit' }, [7])];
  expect(render({ bench: 'b', machine: 'm', rows })).toContain('MISSED');
});

it('says why a figure is lacking, and holds nothing against it', () => {
  const row = {
    case: 'c',
    metric: 'ms',
    ours: spread([1]),
    peer: 'p',
    theirs: null,
    ratio: null,
    goal: 5,
    met: null,
    note: 'cannot: no kernel',
  };
  const last = render({ bench: 'b', machine: 'm', rows: [row] })
    .trimEnd()
    .split('\n')
    .at(-1)!;
  expect(last).toMatch(/1\.00\s+p\s+–\s+≥ 5\.00\s+cannot: no kernel$/);
});
