import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyDifference,
  differenceCandidates,
  joinDifference,
  maxDifferenceBytes,
  maxRegions,
  type Region,
} from '../../../src/core/artifact/difference.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import type { ElementBits } from '../../../src/core/artifact/element-width.ts';

const bits = fc.constantFrom<ElementBits>(4, 8, 16, 32, 64);

/** Regions of whole elements, any width beside any other, and two chunks of that length. */
const chunks = fc
  .array(
    fc.tuple(bits, fc.integer({ min: 1, max: 40 })).map(([width, elements]): Region => ({
      bits: width,
      bytes: width === 4 ? elements : (elements * width) / 8,
    })),
    { minLength: 1, maxLength: 8 },
  )
  .chain(regions => {
    const length = regions.reduce((sum, { bytes }) => sum + bytes, 0);
    const bytes = fc.uint8Array({ minLength: length, maxLength: length });
    return fc.record({ regions: fc.constant(regions), now: bytes, old: bytes });
  })
  .map(({ regions, now, old }) => ({ regions, now: own(now), old: own(old) }));

function own(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

/** Every candidate of every width at least once. */
function allDifferences(now: Bytes, old: Bytes, regions: readonly Region[]): Bytes[] {
  const candidates = differenceCandidates(now, old, regions);
  const most = Math.max(...candidates.map(({ length }) => length));
  return Array.from({ length: most }, (_, i) =>
    joinDifference(
      regions,
      candidates.map(streams => streams[i % streams.length]!),
    ),
  );
}

const whole = (width: ElementBits, bytes: Bytes): Region[] => [{ bits: width, bytes: bytes.length }];
const bytesOf = (view: ArrayBufferView<ArrayBuffer>) => new Uint8Array(view.buffer);

describe('a difference', () => {
  it('gives the chunk back, in each form, for elements of every width beside each other', () => {
    fc.assert(
      fc.property(chunks, ({ regions, now, old }) => {
        for (const difference of allDifferences(now, old, regions)) {
          expect(difference.length).toBeLessThanOrEqual(maxDifferenceBytes(now.length));
          expect(applyDifference(difference, old)).toEqual(now);
        }
      }),
    );
  });

  it('keeps the bits of numbers that are none, of −0 and of infinities', () => {
    const odd = bytesOf(
      Uint32Array.of(0x7fc00001, 0xffc12345, 0x80000000, 0x7f800000, 0xff800000, 0x00000001),
    );
    const old = bytesOf(Float32Array.of(1, -1, 0, 3e38, -3e38, 1e-45));
    for (const difference of allDifferences(odd, old, whole(32, odd))) {
      expect(applyDifference(difference, old)).toEqual(odd);
    }
  });

  it('is what the layout says, byte by byte', () => {
    const old = Uint8Array.of(10, 20, 30, 40);
    const now = Uint8Array.of(10, 21, 28, 40);
    const [plain, bits, sparse] = differenceCandidates(now, old, whole(8, now))[0]!;
    // 0, +1, −2, 0 folded: 0, 2, 3, 0.
    expect([...plain!]).toEqual([0, 0, 2, 3, 0]);
    expect([...bits!]).toEqual([2, 0b0100, 0b0110, 0, 0, 0, 0, 0, 0]);
    expect([...sparse!]).toEqual([3, 2, 1, 0, 1, 2]);
    // One region of 8 bits and 4 bytes.
    expect([...joinDifference(whole(8, now), [sparse!])]).toEqual([1, 2, 4, 3, 2, 1, 0, 1, 2]);
  });

  it('lays floats out in planes, the lowest bytes first', () => {
    const [old, now] = [
      bytesOf(Uint32Array.of(0x3f800000, 0x40000000)),
      bytesOf(Uint32Array.of(0x3f800001, 0x3fffff00)),
    ];
    const [planes] = differenceCandidates(now, old, whole(32, now))[0]!;
    // +1 → 2; −0x100 → 0x1ff.
    expect([...planes!]).toEqual([1, 2, 0xff, 0, 1, 0, 0, 0, 0]);
  });

  it('counts through gaps of 255 and more', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1999), { maxLength: 9 }), moved => {
        const old = new Uint8Array(2000);
        const now = old.slice();
        for (const at of moved) now[at] = 255;
        for (const difference of allDifferences(now, old, whole(8, now))) {
          expect(applyDifference(difference, old)).toEqual(now);
        }
      }),
    );
  });

  it('is never made of regions that are not the chunk', () => {
    const chunk = new Uint8Array(8);
    expect(() => differenceCandidates(chunk, chunk, [{ bits: 8, bytes: 7 }])).toThrow(RangeError);
    expect(() =>
      differenceCandidates(chunk, chunk, [
        { bits: 32, bytes: 5 },
        { bits: 8, bytes: 3 },
      ]),
    ).toThrow(RangeError);
    expect(() => differenceCandidates(chunk, new Uint8Array(9), whole(8, chunk))).toThrow(RangeError);
  });

  it('that is hostile ends in ChunkInvalid, or in some chunk of the base’s length', () => {
    const old = Uint8Array.from({ length: 64 }, (_, i) => i);
    const outcome = (difference: Bytes) => {
      try {
        return applyDifference(difference, old).length;
      } catch (thrown) {
        return (thrown as { code?: string }).code;
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), bytes => {
        expect([64, 'ChunkInvalid']).toContain(outcome(own(bytes)));
      }),
    );
    const good = allDifferences(
      old.map(byte => byte ^ 5),
      old,
      [
        { bits: 32, bytes: 32 },
        { bits: 4, bytes: 32 },
      ],
    );
    fc.assert(
      fc.property(fc.constantFrom(...good), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, flip) => {
        const bad = bytes.map((byte, i) => (i === at % bytes.length ? byte ^ flip : byte));
        expect([64, 'ChunkInvalid']).toContain(outcome(bad));
        expect(outcome(bytes.subarray(0, at % bytes.length))).toBe('ChunkInvalid');
      }),
    );
  });

  it('is refused with more regions than are taken, and with bytes left over', () => {
    const old = new Uint8Array(4);
    const [stream] = differenceCandidates(old, old, whole(8, old))[0]!;
    const good = joinDifference(whole(8, old), [stream!]);
    expect(applyDifference(good, old)).toEqual(old);
    expect(() => applyDifference(Uint8Array.of(...good, 0), old)).toThrow(
      expect.objectContaining({ code: 'ChunkInvalid', detail: 'a difference has 1 bytes too many' }),
    );
    const many = Array.from({ length: maxRegions + 1 }, (): Region => ({ bits: 8, bytes: 0 }));
    expect(() => applyDifference(joinDifference(many, []), old)).toThrow(
      expect.objectContaining({ code: 'ChunkInvalid' }),
    );
  });
});
