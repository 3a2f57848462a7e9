import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
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

  const dayMs = 24 * 60 * 60 * 1000;
  /** A store whose one blob was put two days ago. */
  async function withOldBlob() {
    const folder = temporaryFolder();
    const digest = await sha256(bytes);
    const blobs = await FileBlobs.open(folder);
    await blobs.put(digest, bytes);
    const then = new Date(Date.now() - 2 * dayMs);
    utimesSync(join(folder, digest.slice(0, 2), digest.slice(2)), then, then);
    return { blobs, digest, yesterdayMs: Date.now() - dayMs };
  }

  it('know their size and when they were put', async () => {
    const { blobs, digest, yesterdayMs } = await withOldBlob();
    const found = await blobs.stat(digest);
    expect(found?.bytes).toBe(bytes.length);
    expect(found?.putAtMs).toBeLessThan(yesterdayMs);
    expect(await blobs.stat('0'.repeat(64))).toBeNull();
  });

  it('are deleted once, and only those that nobody put since', async () => {
    const { blobs, digest, yesterdayMs } = await withOldBlob();
    expect(await blobs.delete(digest, yesterdayMs - 2 * dayMs)).toBe(false);
    expect(await blobs.has(digest)).toBe(true);
    expect(await blobs.delete(digest, yesterdayMs)).toBe(true);
    expect(await blobs.delete(digest, yesterdayMs)).toBe(false);
    expect(await blobs.get(digest)).toBeNull();
    await blobs.put(digest, bytes);
    expect(await blobs.delete(digest, yesterdayMs)).toBe(false);
  });

  it('that are put or renewed while somebody deletes them are there afterwards', async () => {
    const { blobs, digest, yesterdayMs } = await withOldBlob();
    await Promise.all([blobs.put(digest, bytes), blobs.delete(digest, yesterdayMs)]);
    expect(await blobs.has(digest)).toBe(true);
    const old = await withOldBlob();
    const renewed = old.blobs.renew(old.digest);
    expect(await old.blobs.delete(old.digest, old.yesterdayMs)).toBe(false);
    expect(await renewed).toBe(true);
    expect(await old.blobs.has(old.digest)).toBe(true);
  });

  it('are not renewed where they are not', async () => {
    const { blobs, digest, yesterdayMs } = await withOldBlob();
    const gone = blobs.delete(digest, yesterdayMs);
    expect(await blobs.renew(digest)).toBe(false);
    expect(await gone).toBe(true);
  });

  it('that the disk has damaged are mended by whoever puts them again', async () => {
    const folder = temporaryFolder();
    const digest = await sha256(bytes);
    const blobs = await FileBlobs.open(folder);
    await blobs.put(digest, bytes);
    writeFileSync(join(folder, digest.slice(0, 2), digest.slice(2)), 'some byte5');
    await blobs.put(digest, bytes);
    expect(Buffer.from((await blobs.get(digest))!)).toEqual(Buffer.from(bytes));
  });

  it('lose nothing but what a killed process had half written', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    writeFileSync(join(folder, 'tmp/.half.tmp'), 'ha');
    await FileBlobs.open(folder);
    expect(existsSync(join(folder, 'tmp/.half.tmp'))).toBe(false);
  });
});
