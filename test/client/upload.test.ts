import { describe, expect, it } from 'vitest';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { type ChunkSink, uploadFile, type UploadProgress } from '../../src/client/upload.ts';
import { rejection } from './raw-server.ts';

const file = Uint8Array.from({ length: 60_000 }, (_, i) => (i * i) % 253);
const tensors = Array.from({ length: 12 }, (_, i) => ({ offset: i * 5000, bytes: 5000 }));

/** A registry's chunk store; `before` may throw to stand for the line. */
function sink(before: (digest: string) => void = () => undefined) {
  const stored = new Map<string, Uint8Array>();
  let running = 0;
  let most = 0;
  const store: ChunkSink = {
    missing: digests => Promise.resolve(digests.filter(digest => !stored.has(digest))),
    putChunk: async (digest, bytes) => {
      most = Math.max(most, ++running);
      await new Promise(resolve => setTimeout(resolve, 1));
      running--;
      before(digest);
      stored.set(digest, bytes);
    },
  };
  return { store, stored, most: () => most };
}

describe('uploadFile', () => {
  it('sends only what is missing, four at a time, and tells how far it is', async () => {
    const chunked = await chunkFile(file, tensors);
    const { store, stored, most } = sink();
    const [[first, bytes]] = [...chunked.chunks] as [[string, Uint8Array]];
    stored.set(first, bytes);
    const seen: UploadProgress[] = [];
    const last = await uploadFile(store, chunked, { onProgress: progress => seen.push(progress) });
    expect([...stored.keys()].sort()).toEqual([...chunked.chunks.keys()].sort());
    expect(last).toEqual({ sentBytes: 55_000, totalBytes: 55_000, reusedBytes: 5000 });
    expect(seen[0]).toEqual({ sentBytes: 0, totalBytes: 55_000, reusedBytes: 5000 });
    expect(seen.map(({ sentBytes }) => sentBytes)).toEqual(seen.map((_, i) => i * 5000));
    expect(most()).toBe(4);
  });

  it('tries a chunk again when the line drops', async () => {
    const chunked = await chunkFile(file);
    let drops = 1;
    const { store, stored } = sink(() => {
      if (drops-- > 0) throw new HaversackError('Offline', 'cable');
    });
    await uploadFile(store, chunked);
    expect(stored.size).toBe(chunked.chunks.size);
  });

  it('gives up at once on a refusal, with nothing left on its way', async () => {
    const chunked = await chunkFile(file, tensors);
    let puts = 0;
    const { store } = sink(() => {
      puts++;
      throw new HaversackError('Forbidden', 'trainer');
    });
    expect(await rejection(uploadFile(store, chunked))).toMatchObject({ code: 'Forbidden' });
    const atTheEnd = puts;
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(puts).toBe(atTheEnd);
    expect(puts).toBeLessThanOrEqual(4);
  });

  it('refuses to send what the registry made up', async () => {
    const chunked = await chunkFile(file);
    const { store } = sink();
    const lying: ChunkSink = { ...store, missing: () => Promise.resolve(['f'.repeat(64)]) };
    expect(await rejection(uploadFile(lying, chunked))).toMatchObject({ code: 'DocumentInvalid' });
  });
});
