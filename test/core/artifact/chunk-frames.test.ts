import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortestForm } from '../../../src/core/artifact/chunk-forms.ts';
import {
  type ChunkFrame,
  encodeFrame,
  frameBytes,
  FrameReader,
  openFrame,
} from '../../../src/core/artifact/chunk-frames.ts';
import type { ChunkRef } from '../../../src/core/artifact/chunks.ts';
import { type Bytes, fromHex, sha256 } from '../../../src/core/artifact/digest.ts';
import { gzip } from '../../../src/core/gzip.ts';
import { joinBytes } from '../../../src/core/join-bytes.ts';

const nothing = () => Promise.resolve(null);

/** Does not repeat; nothing packs it. */
function noise(length: number, seed: number): Bytes {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}

async function refOf(bytes: Bytes): Promise<ChunkRef> {
  return { digest: await sha256(bytes), bytes: bytes.length };
}

/** A chunk of each encoding, and what the third is a difference to. */
async function threeFrames() {
  const base = noise(4000, 1);
  const baseDigest = await sha256(base);
  const chunks = [
    noise(900, 2),
    new Uint8Array(3000),
    base.map((byte, i) => (i % 97 === 0 ? byte + 1 : byte)),
  ];
  const refs = await Promise.all(chunks.map(refOf));
  const frames: ChunkFrame[] = [];
  for (const [i, chunk] of chunks.entries()) {
    const from = { digest: baseDigest, bytes: base, regions: [{ bits: 8, bytes: 4000 } as const] };
    const form = await shortestForm(chunk, i === 2 ? from : null, gzip);
    frames.push({ ...form, digest: refs[i]!.digest });
  }
  const readBase = (digest: string) => Promise.resolve(digest === baseDigest ? base : null);
  return { chunks, refs, frames, readBase, stream: joinBytes(frames.map(encodeFrame)) };
}

function framesIn(wanted: readonly ChunkRef[], parts: readonly Uint8Array[]): ChunkFrame[] {
  const reader = new FrameReader(wanted);
  const frames = parts.flatMap(part => [...reader.push(part)]);
  reader.end();
  return frames;
}

describe('frames', () => {
  it('take the shortest encoding', async () => {
    const { frames } = await threeFrames();
    expect(frames.map(({ encoding }) => encoding)).toEqual(['raw', 'gzip', 'difference']);
    expect(frames[2]!.payload.length).toBeLessThan(200);
  });

  it('are laid out as the format says', async () => {
    const { frames, refs } = await threeFrames();
    const [raw, , difference] = frames as [ChunkFrame, ChunkFrame, ChunkFrame & { base: string }];
    const [first, third] = [encodeFrame(raw), encodeFrame(difference)];
    expect([...first.subarray(0, 37)]).toEqual([0, ...fromHex(refs[0]!.digest), 0, 0, 900 >> 8, 900 & 255]);
    expect(third[0]).toBe(2);
    expect(third.subarray(37, 69)).toEqual(fromHex(difference.base));
    expect([first.length, third.length]).toEqual([frameBytes(raw), frameBytes(difference)]);
  });

  it('come out of the stream wherever it is cut', async () => {
    const { frames, refs, stream } = await threeFrames();
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), cuts => {
        const borders = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const parts = borders.slice(1).map((end, i) => stream.subarray(borders[i], end));
        expect(framesIn(refs, parts)).toEqual(frames);
      }),
      { numRuns: 50 },
    );
    expect(
      framesIn(
        refs,
        Array.from(stream, byte => Uint8Array.of(byte)),
      ),
    ).toEqual(frames);
  });

  it('open to the chunks that were asked for', async () => {
    const { chunks, refs, frames, readBase } = await threeFrames();
    for (const [i, frame] of frames.entries()) {
      expect(await openFrame(frame, refs[i]!, readBase)).toEqual(chunks[i]);
    }
  });
});

describe('a frame is refused', () => {
  const invalid = (detail: string): unknown =>
    expect.objectContaining({ code: 'ChunkInvalid', detail: expect.stringContaining(detail) });

  it('for a chunk that nobody asked for, or that has come', async () => {
    const { refs, stream, frames } = await threeFrames();
    expect(() => framesIn(refs.slice(1), [stream])).toThrow(invalid('was not wanted'));
    const twice = joinBytes([encodeFrame(frames[1]!), encodeFrame(frames[1]!)]);
    expect(() => framesIn(refs, [twice])).toThrow(invalid('was not wanted'));
  });

  it('by its head, before a byte of its payload is held', async () => {
    const { refs, frames } = await threeFrames();
    const head = encodeFrame(frames[1]!).slice(0, 37);
    new DataView(head.buffer).setUint32(33, 0xffff_ffff);
    expect(() => framesIn(refs, [head])).toThrow(invalid('of 3000 bytes came in 4294967295 bytes (gzip)'));
    new DataView(head.buffer).setUint32(33, 0);
    expect(() => framesIn(refs, [head])).toThrow(invalid('came in 0 bytes'));
    head[0] = 3;
    expect(() => framesIn(refs, [head])).toThrow(invalid('unknown encoding 3'));
    const raw = encodeFrame(frames[0]!).slice(0, 37);
    new DataView(raw.buffer).setUint32(33, 899);
    expect(() => framesIn(refs, [raw])).toThrow(invalid('of 900 bytes came in 899 bytes (raw)'));
  });

  it('where it ends early: the line broke', async () => {
    const { refs, stream } = await threeFrames();
    expect(() => framesIn(refs, [stream.subarray(0, 20)])).toThrow(
      expect.objectContaining({ code: 'Offline' }),
    );
    expect(() => framesIn(refs, [stream.subarray(0, stream.length - 1)])).toThrow(
      expect.objectContaining({ code: 'Offline' }),
    );
  });

  it('when it unpacks to more than its chunk has: no more is unpacked', async () => {
    const ref = await refOf(new Uint8Array(100_000));
    const bomb = gzip(new Uint8Array(50_000_000));
    expect(bomb.length).toBeLessThan(ref.bytes);
    await expect(openFrame({ encoding: 'gzip', payload: bomb }, ref, nothing)).rejects.toEqual(
      invalid('unpacks to more than 100000 bytes'),
    );
    const base = '0'.repeat(64);
    const same = () => Promise.resolve(new Uint8Array(ref.bytes));
    await expect(openFrame({ encoding: 'difference', base, payload: bomb }, ref, same)).rejects.toEqual(
      invalid('unpacks to more than'),
    );
  });

  it('with a base that is not here, is of another length, or holds other bits', async () => {
    const { refs, frames, readBase } = await threeFrames();
    const [ref, frame] = [refs[2]!, frames[2]!];
    await expect(openFrame(frame, ref, nothing)).rejects.toEqual(invalid('is not here'));
    await expect(openFrame(frame, ref, () => Promise.resolve(noise(3999, 1)))).rejects.toEqual(
      invalid('has 3999 bytes, wanted 4000'),
    );
    const flipped = async (digest: string) => {
      const base = (await readBase(digest))!.slice();
      base[1234]! ^= 1;
      return base;
    };
    await expect(openFrame(frame, ref, flipped)).rejects.toEqual(invalid('has digest'));
  });

  it('with any byte of the stream changed: nothing but the chunks themselves ever comes out', async () => {
    const { refs, stream, chunks, readBase } = await threeFrames();
    const chunkOf = new Map(refs.map((ref, i) => [ref.digest, { ref, bytes: chunks[i]! }]));
    await fc.assert(
      fc.asyncProperty(fc.nat(stream.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = stream.map((byte, i) => (i === at ? byte ^ flip : byte));
        let refused = 0;
        try {
          for (const frame of framesIn(refs, [changed])) {
            const { ref, bytes } = chunkOf.get(frame.digest)!;
            const opened = await openFrame(frame, ref, readBase).catch((thrown: unknown) => {
              expect(thrown).toMatchObject({ code: 'ChunkInvalid' });
              refused++;
              return bytes;
            });
            expect(opened).toEqual(bytes);
          }
        } catch (thrown) {
          expect(['ChunkInvalid', 'Offline']).toContain((thrown as { code?: string }).code);
          refused++;
        }
        expect(refused).toBeLessThanOrEqual(1);
      }),
      { numRuns: 120 },
    );
  });

  it('that is noise: an error of ours, never a hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
        const wanted = [{ digest: 'ab'.repeat(32), bytes: 100 }];
        try {
          framesIn(wanted, [bytes]);
        } catch (thrown) {
          expect(['ChunkInvalid', 'Offline']).toContain((thrown as { code?: string }).code);
        }
      }),
    );
  });
});
