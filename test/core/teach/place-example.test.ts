import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintDistance } from '../../../src/core/data/fingerprint.ts';
import {
  cameraGapMs,
  type NextExample,
  nearBits,
  placeExample,
  type PlacedExample,
  straddles,
} from '../../../src/core/teach/place-example.ts';

/** Fingerprints of different bytes differ in many bits. */
const distinct = (nth: number) => {
  let state = (nth + 1) * 0x9e3779b1;
  return Array.from({ length: 4 }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) ^ (nth * 0x27d4eb2f);
    return ((state >>> 16) & 0xffff).toString(16).padStart(4, '0');
  }).join('');
};

function shown(examples: readonly NextExample[]): (PlacedExample | null)[] {
  const placed: PlacedExample[] = [];
  return examples.map(example => {
    const part = placeExample(placed, example);
    if (part === null) return null;
    placed.push({ ...example, part });
    return placed.at(-1)!;
  });
}

const kept = (examples: readonly (PlacedExample | null)[]) => examples.filter(example => example !== null);
const heldOut = (examples: readonly (PlacedExample | null)[]) =>
  kept(examples).filter(({ part }) => part === 'test').length;

const files = (count: number, label = 'a', recording = 'drop'): NextExample[] =>
  Array.from({ length: count }, (_, i) => ({
    fingerprint: distinct(i),
    class: label,
    recording,
    source: 'file',
    at: 0,
  }));
const frames = (count: number, fingerprintAt: (i: number) => string, recording = 'r'): NextExample[] =>
  files(count, 'a', recording).map((example, i) => ({
    ...example,
    fingerprint: fingerprintAt(i),
    source: 'camera',
    at: 100 * i,
  }));

describe('where examples go', () => {
  it('holds out the fifth file of each class, and about a fifth of many', () => {
    expect(kept(shown(files(5))).map(({ part }) => part)).toEqual([
      'train',
      'train',
      'train',
      'train',
      'test',
    ]);
    for (let count = 5; count <= 120; count += 5) {
      const test = heldOut(shown(files(count)));
      expect(test).toBeGreaterThanOrEqual(Math.max(1, count / 5 - 4));
      expect(test).toBeLessThanOrEqual(count / 5);
    }
  });

  it('cuts a recording after its first four frames, then after 1.6 seconds, with a gap on both sides', () => {
    const parts = shown(frames(60, distinct)).map(example => example?.part ?? null);
    const gap = [null, null, null];
    expect(parts.slice(0, 12)).toEqual([...Array(4).fill('train'), ...gap, 'test', ...gap, 'train']);
    expect(parts.slice(12, 27)).toEqual(Array(15).fill('train'));
    expect(parts.slice(27, 31)).toEqual([...gap, 'test']);
    expect(parts.filter(part => part === null).length).toBeLessThan(20);
  });

  it('holds a frame out of a class that is shown for a second', () => {
    expect(heldOut(shown(frames(10, distinct)))).toBe(1);
  });

  it('leaves the frames of a thing that does not move in one part, and says of none that it is held out', () => {
    expect(heldOut(shown(frames(100, () => distinct(3))))).toBe(0);
  });

  it('leaves out what is near to examples of both parts', () => {
    const before = kept(shown(files(5)));
    const [a, b] = [before[0]!, { ...before[4]!, fingerprint: flipped(before[0]!.fingerprint, 8) }];
    const between = { ...a, fingerprint: flipped(a.fingerprint, 4), recording: 'other' };
    expect(placeExample([a, b], between)).toBeNull();
    expect(placeExample([a], between)).toBe('train');
    expect(placeExample([b], between)).toBe('test');
  });

  it('lets corrections be held out too, once enough is learnt from', () => {
    const corrections = files(10).map((example, i) => ({
      ...example,
      recording: String(i),
      source: 'correction' as const,
    }));
    expect(heldOut(shown(corrections))).toBe(2);
  });

  it('never has near-duplicates of a class in both parts, nor frames of a recording closer than the gap', () => {
    const arbitrary = fc.array(
      fc.record({
        seed: fc.integer({ min: 0, max: 12 }),
        bits: fc.integer({ min: 0, max: 8 }),
        class: fc.constantFrom('a', 'b'),
        recording: fc.constantFrom('r', 's', 't'),
        source: fc.constantFrom('camera' as const, 'file' as const, 'correction' as const),
        wait: fc.integer({ min: 0, max: 900 }),
      }),
      { maxLength: 90 },
    );
    fc.assert(
      fc.property(arbitrary, steps => {
        let at = 0;
        const examples = steps.map(({ seed, bits, wait, ...rest }) => {
          at += wait;
          return { ...rest, at, fingerprint: flipped(distinct(seed), bits) };
        });
        const all = kept(shown(examples));
        for (const [i, one] of all.entries()) {
          for (const other of all.slice(i + 1)) {
            if (one.class !== other.class || one.part === other.part) continue;
            expect(fingerprintDistance(one.fingerprint, other.fingerprint)).toBeGreaterThan(
              Math.max(nearBits[one.source], nearBits[other.source]),
            );
            const isOfCamera = [one, other].some(({ source }) => source === 'camera');
            if (!isOfCamera || one.recording !== other.recording) continue;
            expect(other.at - one.at).toBeGreaterThanOrEqual(cameraGapMs);
          }
        }
        for (const one of all) expect(straddles(all, one)).toBe(false);
        // Whoever comes later changes nothing.
        const half = kept(shown(examples.slice(0, examples.length >> 1)));
        expect(all.slice(0, half.length)).toEqual(half);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what has its part straddles', () => {
  const [one] = kept(shown(frames(1, distinct)));
  const other: PlacedExample = { ...one!, part: 'test', recording: 's' };

  it('beside its like of the same class in the other part', () => {
    expect(straddles([one!], other)).toBe(true);
    expect(straddles([one!], { ...other, fingerprint: flipped(one!.fingerprint, 6) })).toBe(true);
    expect(straddles([one!], { ...other, fingerprint: flipped(one!.fingerprint, 7) })).toBe(false);
    expect(straddles([one!], { ...other, part: 'train' })).toBe(false);
    expect(straddles([one!], { ...other, class: 'b' })).toBe(false);
  });

  it('within the gap of a frame of its own recording in the other part', () => {
    const next = { ...other, fingerprint: distinct(1), at: one!.at + cameraGapMs - 1 };
    expect(straddles([one!], { ...next, recording: one!.recording })).toBe(true);
    expect(straddles([one!], { ...next, recording: one!.recording, at: one!.at + cameraGapMs })).toBe(false);
    expect(straddles([one!], next)).toBe(false);
  });
});

/** The first bits, the other way round. */
function flipped(fingerprint: string, bits: number): string {
  const mask = bits === 0 ? 0n : ((1n << BigInt(bits)) - 1n) << BigInt(64 - bits);
  return (BigInt(`0x${fingerprint}`) ^ mask).toString(16).padStart(16, '0');
}
