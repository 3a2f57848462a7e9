import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintDistance } from '../../../src/core/data/fingerprint.ts';
import {
  cameraGapMs,
  type NextExample,
  nearBits,
  placeExample,
  type PlacedExample,
  Places,
  straddles,
} from '../../../src/core/teach/place-example.ts';
import type { ShownKind } from '../../../src/core/teach/shown-kind.ts';

/** Fingerprints of different bytes differ in many bits. */
const distinct = (nth: number) => {
  let state = (nth + 1) * 0x9e3779b1;
  return Array.from({ length: 4 }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) ^ (nth * 0x27d4eb2f);
    return ((state >>> 16) & 0xffff).toString(16).padStart(4, '0');
  }).join('');
};

function shown(examples: readonly NextExample[], kind: ShownKind = 'photo'): (PlacedExample | null)[] {
  const placed: PlacedExample[] = [];
  return examples.map(example => {
    const part = placeExample(placed, example, kind);
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

  it('holds out whole recordings of a sound that does not change, and about a fifth of its seconds', () => {
    const seconds = Array.from({ length: 40 }, (_, i) => ({
      fingerprint: flipped(distinct(3), i % 3),
      class: 'fan',
      recording: String(Math.floor(i / 10)),
      source: 'microphone' as const,
      at: 1000 * i,
    }));
    const parts = kept(shown(seconds, 'sound'));
    expect(parts).toHaveLength(40);
    expect(heldOut(parts)).toBe(10);
    for (const recording of ['0', '1', '2', '3']) {
      const ofIt = parts.filter(each => each.recording === recording);
      expect(new Set(ofIt.map(({ part }) => part)).size).toBe(1);
    }
  });

  it('leaves out what is near to examples of both parts', () => {
    const before = kept(shown(files(5)));
    const [a, b] = [before[0]!, { ...before[4]!, fingerprint: flipped(before[0]!.fingerprint, 8) }];
    const between = { ...a, fingerprint: flipped(a.fingerprint, 4), recording: 'other' };
    expect(placeExample([a, b], between, 'photo')).toBeNull();
    expect(placeExample([a], between, 'photo')).toBe('train');
    expect(placeExample([b], between, 'photo')).toBe('test');
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
    const sources = {
      photo: ['camera', 'file', 'correction'],
      sound: ['microphone', 'file', 'correction'],
    } as const;
    const stepsOf = (kind: keyof typeof sources) =>
      fc.array(
        fc.record({
          seed: fc.integer({ min: 0, max: 12 }),
          bits: fc.integer({ min: 0, max: 8 }),
          class: fc.constantFrom('a', 'b'),
          recording: fc.constantFrom('r', 's', 't'),
          source: fc.constantFrom<NextExample['source']>(...sources[kind]),
          wait: fc.integer({ min: 0, max: 900 }),
        }),
        { maxLength: 90 },
      );
    const arbitrary = fc
      .constantFrom<(keyof typeof sources)[]>('photo', 'sound')
      .chain(kind => fc.tuple(fc.constant(kind), stepsOf(kind)));
    fc.assert(
      fc.property(arbitrary, ([kind, steps]) => {
        let at = 0;
        const examples = steps.map(({ seed, bits, wait, ...rest }) => {
          at += wait;
          return { ...rest, at, fingerprint: flipped(distinct(seed), bits) };
        });
        const all = kept(shown(examples, kind));
        for (const [i, one] of all.entries()) {
          for (const other of all.slice(i + 1)) {
            if (one.class !== other.class || one.part === other.part) continue;
            if (kind === 'sound' && one.recording !== other.recording) continue;
            expect(fingerprintDistance(one.fingerprint, other.fingerprint)).toBeGreaterThan(
              Math.max(nearBits[one.source], nearBits[other.source]),
            );
            const isOfCamera = [one, other].some(({ source }) => source === 'camera');
            if (!isOfCamera || one.recording !== other.recording) continue;
            expect(other.at - one.at).toBeGreaterThanOrEqual(cameraGapMs);
          }
        }
        for (const one of all) expect(straddles(all, one, kind)).toBe(false);
        // Whoever comes later changes nothing.
        const half = kept(shown(examples.slice(0, examples.length >> 1), kind));
        expect(all.slice(0, half.length)).toEqual(half);
      }),
      { numRuns: 120 },
    );
  });
});

describe('rows of a table', () => {
  /** Rows have one fingerprint, which says nothing. */
  const rows = (count: number): NextExample[] =>
    files(count).map(example => ({ ...example, fingerprint: '0'.repeat(16) }));

  it('have no near-duplicates: about a fifth of them is held out, the fifth first', () => {
    expect(kept(shown(rows(5), 'row')).map(({ part }) => part)).toEqual([
      ...Array<string>(4).fill('train'),
      'test',
    ]);
    for (const count of [10, 50, 150, 400]) {
      const placed = kept(shown(rows(count), 'row'));
      expect(placed).toHaveLength(count);
      const test = placed.filter(({ part }) => part === 'test').length;
      expect(test).toBeGreaterThanOrEqual(count / 5 - 4);
      expect(test).toBeLessThanOrEqual(count / 5);
    }
  });

  it('straddle nothing, for what is moved keeps its part', () => {
    const [one, other] = kept(shown(rows(2), 'row'));
    expect(straddles([one!], { ...other!, part: 'test' }, 'row')).toBe(false);
  });
});

describe('places', () => {
  it('of what was moved away count no more', () => {
    const before = kept(shown(files(4)));
    const places = new Places('photo', before);
    for (const example of before) places.remove(example);
    const moved = before.map(example => ({ ...example, class: 'b' }));
    for (const example of moved) places.add(example);
    const [next] = files(5).slice(4);
    expect(places.place(next!)).toBe('train');
    expect(places.place({ ...next!, class: 'b' })).toBe('test');
    expect(places.straddles({ ...moved[0]!, class: 'b', part: 'test' })).toBe(true);
    expect(places.straddles({ ...before[0]!, part: 'test' })).toBe(false);
  });
});

describe('what has its part straddles', () => {
  const [one] = kept(shown(frames(1, distinct)));
  const other: PlacedExample = { ...one!, part: 'test', recording: 's' };

  it('beside its like of the same class in the other part', () => {
    expect(straddles([one!], other, 'photo')).toBe(true);
    expect(straddles([one!], { ...other, fingerprint: flipped(one!.fingerprint, 6) }, 'photo')).toBe(true);
    expect(straddles([one!], { ...other, fingerprint: flipped(one!.fingerprint, 7) }, 'photo')).toBe(false);
    expect(straddles([one!], { ...other, part: 'train' }, 'photo')).toBe(false);
    expect(straddles([one!], { ...other, class: 'b' }, 'photo')).toBe(false);
  });

  it('of sound only beside its like of the same recording', () => {
    const second: PlacedExample = { ...one!, source: 'microphone' };
    const like: PlacedExample = { ...second, part: 'test', at: second.at + 1000 };
    expect(straddles([second], like, 'sound')).toBe(true);
    expect(straddles([second], { ...like, recording: 's' }, 'sound')).toBe(false);
  });

  it('within the gap of a frame of its own recording in the other part', () => {
    const next = { ...other, fingerprint: distinct(1), at: one!.at + cameraGapMs - 1 };
    expect(straddles([one!], { ...next, recording: one!.recording }, 'photo')).toBe(true);
    expect(
      straddles([one!], { ...next, recording: one!.recording, at: one!.at + cameraGapMs }, 'photo'),
    ).toBe(false);
    expect(straddles([one!], next, 'photo')).toBe(false);
  });
});

/** The first bits, the other way round. */
function flipped(fingerprint: string, bits: number): string {
  const mask = bits === 0 ? 0n : ((1n << BigInt(bits)) - 1n) << BigInt(64 - bits);
  return (BigInt(`0x${fingerprint}`) ^ mask).toString(16).padStart(16, '0');
}
