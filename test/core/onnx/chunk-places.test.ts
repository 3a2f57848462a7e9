import { describe, expect, it } from 'vitest';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { chunkPlaces, pairChunks } from '../../../src/core/onnx/chunk-places.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { patchInitializers } from '../../../src/core/onnx/patch.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, numbers } from './models.ts';

const file = convolutionModel();

async function placesOf(bytes: Bytes) {
  const { ref } = await chunkFile(bytes, tensorLayout(bytes));
  return chunkPlaces(bytes, ref);
}

function offsetsOf({ chunks }: Awaited<ReturnType<typeof placesOf>>): Map<string, number> {
  let offset = 0;
  return new Map(
    chunks.map(({ ref }) => {
      offset += ref.bytes;
      return [ref.digest, offset - ref.bytes];
    }),
  );
}

describe('places', () => {
  it('say of every byte of a chunk how wide its element is', async () => {
    const { chunks } = await placesOf(file);
    for (const { ref, regions } of chunks) {
      expect(regions.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(ref.bytes);
    }
    const [before, head, behind] = chunks;
    expect(chunks).toHaveLength(3);
    expect(head).toMatchObject({
      offset: 0,
      regions: [{ bits: 32, bytes: 10_240 }],
      tensor: { name: 'head.w' },
    });
    // conv.w [4, 1, 3, 3], conv.b [4] and shape [2], with what lies between them.
    expect(before!.regions.filter(({ bits }) => bits !== 8)).toEqual([
      { bits: 32, bytes: 144 },
      { bits: 32, bytes: 16 },
      { bits: 64, bytes: 16 },
    ]);
    expect(behind!.regions.filter(({ bits }) => bits === 32)).toEqual([{ bits: 32, bytes: 40 }]);
    expect(behind).toMatchObject({ tensor: { name: 'head.w' }, offset: 10_240 });
  });

  it('take a run of a tensor that is cut inside of an element as bytes', async () => {
    const [conv] = tensorLayout(file);
    const border = conv!.offset + 10;
    const { ref } = await chunkFile(file, []);
    const cut = {
      ...ref,
      chunks: [border, file.length - border].map((bytes, i) => ({ digest: `${i}`.repeat(64), bytes })),
    };
    const [first, second] = chunkPlaces(file, cut).chunks;
    expect(first!.regions).toEqual([{ bits: 8, bytes: border }]);
    expect(second!.regions[0]!.bits).toBe(8);
    expect(second!.regions[0]!.bytes).toBeGreaterThan(144 - 10);
  });

  it('of one tensor that is longer than a chunk differ by where they begin', async () => {
    const large = convolutionModel(512);
    const { chunks } = await placesOf(large);
    const ofHead = chunks.filter(
      ({ tensor, regions }) => tensor?.name === 'head.w' && regions[0]!.bits === 32,
    );
    expect(ofHead.map(({ offset }) => offset)).toEqual([0, 2 ** 20]);
  });
});

describe('a chunk’s pair', () => {
  it('is the chunk of the same tensor, and there is none for what is shared', async () => {
    const moved = patchInitializers(file, new Map([['head.w', float32([10, 256], numbers(2560, 9))]]));
    const [target, base] = [await placesOf(moved), await placesOf(file)];
    const pairs = pairChunks(target, base);
    expect([...pairs]).toEqual([
      [target.chunks[1]!.ref.digest, { base: base.chunks[1]!.ref, regions: [{ bits: 32, bytes: 10_240 }] }],
    ]);
  });

  it('is found where a tensor has another name, by its form and order', async () => {
    const renamed = new Uint8Array(file);
    const text = new TextDecoder('latin1').decode(file);
    for (let at = text.indexOf('head.w'); at >= 0; at = text.indexOf('head.w', at + 1)) renamed[at] = 0x6d;
    const moved = patchInitializers(renamed, new Map([['mead.w', float32([10, 256], numbers(2560, 9))]]));
    const [target, base] = [await placesOf(moved), await placesOf(file)];
    const pairs = pairChunks(target, base);
    const [from, to] = [offsetsOf(base), offsetsOf(target)];
    // The name lies before the weight: the chunk behind is as it was.
    expect([...pairs.keys()]).toEqual(target.chunks.slice(0, 2).map(({ ref }) => ref.digest));
    for (const [digest, pair] of pairs) expect(from.get(pair.base.digest)).toBe(to.get(digest));
  });

  it('is none where the shape is another', async () => {
    const pairs = pairChunks(await placesOf(convolutionModel(8)), await placesOf(file));
    expect([...pairs.values()].some(({ regions }) => regions[0]!.bits === 32)).toBe(false);
  });
});
