import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NearestNeighbours } from '../../../src/core/teach/nearest-neighbours.ts';
import { clusters } from './clusters.ts';

const row = (...values: number[]) => Float32Array.from(values);

function likeliest(scores: ReadonlyMap<string, number>): string {
  return [...scores].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

describe('the nearest neighbours', () => {
  it('answer from the first example on, and nothing before', () => {
    const known = new NearestNeighbours(2);
    expect(known.answer(row(1, 0))).toEqual(new Map());
    known.add('1', row(1, 0.2), 'a');
    expect(known.answer(row(-1, 3))).toEqual(new Map([['a', 1]]));
    known.add('2', row(0.2, 1), 'b');
    expect(likeliest(known.answer(row(0.9, 0.1)))).toBe('a');
    expect(likeliest(known.answer(row(0.1, 0.9)))).toBe('b');
  });

  it('give each label a share of the votes, all of them together 1', () => {
    const known = new NearestNeighbours(24);
    const { embeddings, labels } = clusters({ rows: 30 });
    labels.forEach((label, i) =>
      known.add(String(i), embeddings.subarray(24 * i, 24 * i + 24), String(label)),
    );
    const scores = known.answer(clusters({ rows: 1, seed: 3 }).embeddings);
    expect([...scores.keys()].sort()).toEqual(['0', '1', '2']);
    expect([...scores.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it('forget what is removed and move what is relabelled, as if it had never been otherwise', () => {
    const { embeddings, labels } = clusters({ rows: 24 });
    const embedding = (i: number) => embeddings.subarray(24 * i, 24 * i + 24);
    const asked = clusters({ rows: 6, seed: 4 }).embeddings;
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'remove', 'relabel'), fc.nat(23), fc.nat(2)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, all => {
        const known = new NearestNeighbours(24);
        const left = new Map<number, string>();
        for (const [step, i, label] of all) {
          if (step === 'remove') {
            known.remove(String(i));
            left.delete(i);
          } else if (step === 'relabel') {
            known.relabel(String(i), `to ${label}`);
            if (left.has(i)) left.set(i, `to ${label}`);
          } else {
            known.add(String(i), embedding(i), String(labels[i]));
            left.set(i, String(labels[i]));
          }
        }
        const anew = new NearestNeighbours(24);
        for (const [i, label] of left) anew.add(String(i), embedding(i), label);
        expect(known.size).toBe(left.size);
        for (let i = 0; i < 6; i++) {
          const [got, want] = [known, anew].map(each => each.answer(asked.subarray(24 * i, 24 * i + 24)));
          expect([...got!.keys()].sort()).toEqual([...want!.keys()].sort());
          for (const [label, share] of got!) expect(share).toBeCloseTo(want!.get(label)!, 4);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuse an embedding of another width', () => {
    expect(() => new NearestNeighbours(3).add('1', row(1, 2), 'a')).toThrow('2 numbers, wanted 3');
  });
});
