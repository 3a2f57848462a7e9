import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  LastSecond,
  levelOf,
  loudestOf,
  quietest,
  WholeSeconds,
} from '../../../src/app/state/sound-stream.ts';
import { soundLength } from '../../../src/core/teach/sound-windows.ts';

/** Numbers from `from` on, so that a gap or an overlap shows. */
function counted(from: number, length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => from + i);
}

function isCounted(second: Float32Array, from: number): boolean {
  return second.length === soundLength && second.every((value, i) => value === from + i);
}

/** Pieces of these lengths, one after another. */
function pieces(lengths: readonly number[]): Float32Array[] {
  let from = 0;
  return lengths.map(length => {
    const piece = counted(from, length);
    from += length;
    return piece;
  });
}

const lengths = fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 6 });

test('the last second is what came last, in its order, and there is none before', () => {
  fc.assert(
    fc.property(lengths, some => {
      const last = new LastSecond();
      for (const piece of pieces(some)) last.push(piece);
      const total = some.reduce((sum, length) => sum + length, 0);
      const read = last.read();
      expect(read !== null).toBe(total >= soundLength);
      if (read) expect(isCounted(read, total - soundLength)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('whole seconds follow one another without gap or overlap', () => {
  fc.assert(
    fc.property(lengths, some => {
      const seconds = new WholeSeconds();
      const made = pieces(some).flatMap(piece => seconds.push(piece));
      const total = some.reduce((sum, length) => sum + length, 0);
      expect(made.length).toBe(Math.floor(total / soundLength));
      expect(made.every((second, i) => isCounted(second, i * soundLength))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('a second that was handed out is not written into', () => {
  const seconds = new WholeSeconds();
  const [first] = seconds.push(counted(0, soundLength));
  seconds.push(counted(7, soundLength));
  expect(isCounted(first!, 0)).toBe(true);
});

test.each([
  ['a square wave at full scale', Float32Array.from([1, -1, 1, -1]), 0],
  ['a tenth of it', Float32Array.from([0.1, -0.1]), -20],
  ['silence', new Float32Array(8), quietest],
  ['nothing', new Float32Array(0), quietest],
  ['what is no number', Float32Array.of(0.5, NaN), quietest],
  ['what has no end', Float32Array.of(0.5, -Infinity), quietest],
])('%s is at its level in dB', (_, samples, level) => {
  expect(levelOf(samples)).toBeCloseTo(level, 4);
});

test('of several seconds the loudest is found, and of none there is none', () => {
  const [quiet, loud] = [new Float32Array([0.1, 0.2]), new Float32Array([-0.9, 0.1])];
  expect(loudestOf([quiet, loud, quiet])).toBe(loud);
  expect(loudestOf([])).toBe(undefined);
});

test('a second begins anew behind a sample that is no number', () => {
  const [last, seconds] = [new LastSecond(), new WholeSeconds()];
  const push = (piece: Float32Array) => {
    last.push(piece);
    return seconds.push(piece);
  };
  push(counted(0, soundLength - 1));
  expect(push(Float32Array.of(NaN))).toEqual([]);
  expect(last.read()).toBeNull();
  expect(push(counted(5, soundLength - 1))).toEqual([]);
  expect(last.read()).toBeNull();
  const [second] = push(counted(5 + soundLength - 1, 1));
  expect([second!, last.read()!].every(each => isCounted(each, 5))).toBe(true);
});

test('the loudest is found also beside one that has a sample which is no number', () => {
  const loud = new Float32Array([-0.9, 0.1]);
  expect(loudestOf([Float32Array.of(NaN, 1), loud])).toBe(loud);
});
