import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ByteRange,
  chunkFile,
  cut,
  joinFile,
  maxChunkBytes,
  ownChunkBytes,
  verifyChunk,
} from '../../../src/core/artifact/chunks.ts';

/** A file and its tensors: gaps and tensors in turn. */
const layout = fc
  .array(
    fc.tuple(fc.nat(300), fc.oneof(fc.nat(600), fc.integer({ min: ownChunkBytes, max: 3 * ownChunkBytes }))),
    { maxLength: 12 },
  )
  .map(pairs => {
    let offset = 0;
    const tensors: ByteRange[] = pairs.map(([gap, bytes]) => {
      const tensor = { offset: offset + gap, bytes };
      offset = tensor.offset + bytes;
      return tensor;
    });
    return { tensors, bytes: offset + 17 };
  });

describe('cut', () => {
  it('covers the file once, in order, in pieces of at most 1 MiB', () => {
    fc.assert(
      fc.property(layout, ({ tensors, bytes }) => {
        const pieces = cut(bytes, tensors);
        let end = 0;
        for (const piece of pieces) {
          expect(piece.offset).toBe(end);
          expect(piece.bytes).toBeGreaterThan(0);
          expect(piece.bytes).toBeLessThanOrEqual(maxChunkBytes);
          end = piece.offset + piece.bytes;
        }
        expect(end).toBe(bytes);
      }),
    );
  });

  it('starts and ends a piece at the borders of every tensor of 4 KiB and more', () => {
    fc.assert(
      fc.property(layout, ({ tensors, bytes }) => {
        const starts = new Set(cut(bytes, tensors).map(piece => piece.offset));
        for (const tensor of tensors.filter(candidate => candidate.bytes >= ownChunkBytes)) {
          expect(starts.has(tensor.offset)).toBe(true);
          expect(starts.has(tensor.offset + tensor.bytes)).toBe(true);
        }
      }),
    );
  });

  it('cuts a tensor of 2.5 MiB in three', () => {
    const bytes = 2.5 * maxChunkBytes;
    expect(cut(100 + bytes, [{ offset: 100, bytes }]).map(piece => piece.bytes)).toEqual([
      100,
      maxChunkBytes,
      maxChunkBytes,
      maxChunkBytes / 2,
    ]);
  });

  it('refuses tensors that overlap or leave the file', () => {
    expect(() =>
      cut(10_000, [
        { offset: 0, bytes: 5000 },
        { offset: 4000, bytes: 5000 },
      ]),
    ).toThrow(RangeError);
    expect(() => cut(100, [{ offset: 50, bytes: 5000 }])).toThrow(RangeError);
  });
});

describe('a chunked file', () => {
  it('is itself again when it is joined', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async ({ tensors, bytes }) => {
        const file = Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8)) & 255);
        const { ref, chunks } = await chunkFile(file, tensors);
        expect(await joinFile(ref, async chunk => chunks.get(chunk.digest)!)).toEqual(file);
      }),
      { numRuns: 30 },
    );
  });

  it('shares every chunk but the changed tensor’s with its neighbour version', async () => {
    const tensors = [
      { offset: 50, bytes: 8000 },
      { offset: 8100, bytes: 9000 },
    ];
    const before = new Uint8Array(17_200).fill(7);
    const after = before.slice();
    after[8200] = 8;
    const [a, b] = [await chunkFile(before, tensors), await chunkFile(after, tensors)];
    const changed = b.ref.chunks.filter(chunk => !a.chunks.has(chunk.digest));
    expect(changed.map(chunk => chunk.bytes)).toEqual([9000]);
  });

  it('rejects a chunk whose size or digest differs from its name', async () => {
    const { ref, chunks } = await chunkFile(new Uint8Array(100).fill(1));
    const [chunk] = ref.chunks;
    const bytes = chunks.get(chunk!.digest)!;
    await expect(verifyChunk(bytes, chunk!)).resolves.toBeUndefined();
    await expect(verifyChunk(bytes.slice(1), chunk!)).rejects.toMatchObject({ code: 'ChunkInvalid' });
    const flipped = bytes.slice();
    flipped[5]! ^= 1;
    await expect(verifyChunk(flipped, chunk!)).rejects.toMatchObject({ code: 'ChunkInvalid' });
  });
});
