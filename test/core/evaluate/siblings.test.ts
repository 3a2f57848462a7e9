import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../../../src/core/artifact/documents.ts';
import { wilsonInterval } from '../../../src/core/evaluate/interval.ts';
import { compareSiblings } from '../../../src/core/evaluate/siblings.ts';

const rows = 'a'.repeat(64);
const otherRows = 'b'.repeat(64);

function evaluation(confusion: number[][] | null, change: Partial<Evaluation> = {}): Evaluation {
  const n = confusion?.flat().reduce((sum, count) => sum + count, 0) ?? null;
  return {
    part: 'test',
    origin: 'parent',
    dataset: rows,
    n,
    metrics: {},
    interval: null,
    confusion,
    ...change,
  };
}

const sibling = (version: number, ...evaluations: Evaluation[]) => ({ version, evaluations });

describe('siblings', () => {
  it('are held against each other on the rows they share, as a whole and label by label', () => {
    // Of 100 each: 4 knows the first label, 5 the second.
    const { grounds, apart } = compareSiblings([
      sibling(
        4,
        evaluation([
          [95, 5],
          [60, 40],
        ]),
      ),
      sibling(
        5,
        evaluation([
          [40, 60],
          [10, 90],
        ]),
      ),
    ]);
    expect(apart).toEqual([]);
    expect(grounds).toHaveLength(1);
    const { n, accuracy, recall } = grounds[0]!;
    expect(n).toBe(200);
    expect(accuracy.figures.map(({ version, figure }) => [version, figure.hits, figure.n])).toEqual([
      [4, 135, 200],
      [5, 130, 200],
    ]);
    expect(accuracy.best).toBeNull();
    expect(recall.map(each => each?.best)).toEqual([4, 5]);
    expect(recall[0]!.figures[0]!.figure).toEqual({
      hits: 95,
      n: 100,
      value: 0.95,
      ...wilsonInterval(95, 100),
    });
  });

  it('are better only where chance does not say as much', () => {
    const few = compareSiblings([sibling(1, evaluation([[3, 0]])), sibling(2, evaluation([[1, 2]]))]);
    expect(few.grounds[0]!.recall[0]!.best).toBeNull();
    const same = compareSiblings([sibling(1, evaluation([[90, 10]])), sibling(2, evaluation([[90, 10]]))]);
    expect(same.grounds[0]!.accuracy).toMatchObject({
      best: null,
      figures: [{ version: 1 }, { version: 2 }],
    });
  });

  it('say nothing of a label without rows', () => {
    const matrix = [
      [9, 1],
      [0, 0],
    ];
    const { grounds } = compareSiblings([sibling(1, evaluation(matrix)), sibling(2, evaluation(matrix))]);
    expect(grounds[0]!.recall[1]).toBeNull();
  });

  it('are not comparable on other rows, nor by figures that were only told', () => {
    const good = [[99, 1]];
    const cases: Evaluation[] = [
      evaluation(good, { dataset: otherRows }),
      evaluation(good, { part: 'validation' }),
      evaluation(good, { origin: 'new' }),
      evaluation(good, { dataset: null }),
      evaluation([[98, 1]]),
      evaluation(null, { metrics: { accuracy: 1 }, n: 100 }),
    ];
    for (const each of cases) {
      expect(compareSiblings([sibling(1, evaluation(good)), sibling(2, each)])).toEqual({
        grounds: [],
        apart: [1, 2],
      });
    }
    expect(compareSiblings([sibling(1)])).toEqual({ grounds: [], apart: [1] });
  });

  it('are told apart where some share rows: the most rows first, the rest apart', () => {
    const small = evaluation([[5, 5]]);
    const large = evaluation([[50, 50]], { dataset: otherRows });
    const { grounds, apart } = compareSiblings([
      sibling(1, small, large),
      sibling(2, small, large),
      sibling(3),
    ]);
    expect(grounds.map(({ n }) => n)).toEqual([100, 10]);
    expect(apart).toEqual([3]);
  });

  it('come out alike in any order', () => {
    const matrix = fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => [
      [a, 30 - a],
      [30 - b, b],
    ]);
    fc.assert(
      fc.property(fc.array(matrix, { minLength: 2, maxLength: 5 }), matrices => {
        const siblings = matrices.map((each, index) => sibling(index + 1, evaluation(each)));
        expect(compareSiblings(siblings.toReversed()).grounds).toEqual(compareSiblings(siblings).grounds);
      }),
    );
  });
});
