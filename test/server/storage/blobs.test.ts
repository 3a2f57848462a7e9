import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileBlobs } from '../../../server/storage/blobs.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { temporaryFolder } from '../support.ts';

const bytes = new TextEncoder().encode('some bytes');

describe('blobs', () => {
  it('are there after they were put, also for another process', async () => {
    const folder = temporaryFolder();
    const digest = await sha256(bytes);
    const blobs = await FileBlobs.open(folder);
    expect(await blobs.get(digest)).toBeNull();
    await Promise.all([blobs.put(digest, bytes), blobs.put(digest, bytes)]);
    const again = await FileBlobs.open(folder);
    expect(await again.has(digest)).toBe(true);
    expect(Buffer.from((await again.get(digest))!)).toEqual(Buffer.from(bytes));
    const listed: string[] = [];
    for await (const each of again.list()) listed.push(each);
    expect(listed).toEqual([digest]);
    expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  });

  it('are refused under another name', async () => {
    const blobs = await FileBlobs.open(temporaryFolder());
    await expect(blobs.put('0'.repeat(64), bytes)).rejects.toMatchObject({ code: 'ChunkInvalid' });
    expect(await blobs.has('0'.repeat(64))).toBe(false);
  });

  it('leave the reserve of the disk alone, and are still read', async () => {
    const folder = temporaryFolder();
    const digest = await sha256(bytes);
    await (await FileBlobs.open(folder)).put(digest, bytes);
    const full = await FileBlobs.open(folder, Number.MAX_SAFE_INTEGER);
    const more = new TextEncoder().encode('more');
    await expect(full.put(await sha256(more), more)).rejects.toMatchObject({ code: 'Unavailable' });
    await full.put(digest, bytes);
    expect(await full.has(digest)).toBe(true);
  });

  it('lose nothing but what a killed process had half written', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    writeFileSync(join(folder, 'tmp/.half.tmp'), 'ha');
    await FileBlobs.open(folder);
    expect(existsSync(join(folder, 'tmp/.half.tmp'))).toBe(false);
  });
});
