import { describe, expect, it } from 'vitest';
import { askNext, margin } from '../../../src/core/teach/ask-next.ts';

const asked = (id: string, embedding: readonly number[], probabilities: readonly number[]) => ({
  id,
  embedding: Float32Array.from(embedding),
  probabilities,
});

describe('what is asked next', () => {
  it('is what the model can decide least', () => {
    const all = [asked('sure', [1, 0], [0.98, 0.02]), asked('torn', [0, 1], [0.51, 0.49])];
    expect(askNext(all)).toEqual(['torn', 'sure']);
    expect(askNext(all, [], 1)).toEqual(['torn']);
  });

  it('is one of those that are alike, and then another kind', () => {
    const alike = Array.from({ length: 5 }, (_, i) => asked(`a${i}`, [1, 0.001 * i], [0.5, 0.5]));
    const order = askNext([...alike, asked('b', [-1, 0.2], [0.7, 0.3])]);
    expect(order.slice(0, 2)).toContain('b');
    expect(order).toHaveLength(6);
  });

  it('is not what examples show already', () => {
    const known = [Float32Array.of(1, 0)];
    const all = [asked('like', [1, 0.01], [0.5, 0.5]), asked('unlike', [-0.5, 1], [0.6, 0.4])];
    expect(askNext(all, known)[0]).toBe('unlike');
  });

  it('comes by uncertainty where all are alike', () => {
    const all = [
      asked('1', [1, 0], [0.9, 0.1]),
      asked('2', [1, 0], [0.5, 0.5]),
      asked('3', [1, 0], [0.6, 0.4]),
    ];
    expect(askNext(all, [Float32Array.of(1, 0)])).toEqual(['2', '3', '1']);
  });

  it('measures the margin between the two likeliest', () => {
    expect(margin([0.1, 0.6, 0.3])).toBeCloseTo(0.3, 12);
    expect(margin([1])).toBe(1);
  });
});
