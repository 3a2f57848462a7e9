import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ByteCache } from '../../../server/storage/byte-cache.ts';
import { temporaryFolder } from '../support.ts';

const bytes = (length: number, value = 7) => new Uint8Array(length).fill(value);
/** Beside the bytes their hash. */
const kept = (length: number) => length + 32;

describe('what is kept', () => {
  it('comes back, after a restart too', async () => {
    const folder = join(temporaryFolder(), 'cache');
    const cache = new ByteCache(folder, { maxBytes: 1000 });
    expect(await cache.get('a')).toBeNull();
    await cache.set('a', bytes(5));
    expect(new Uint8Array((await cache.get('a'))!)).toEqual(bytes(5));
    const later = new ByteCache(folder, { maxBytes: 1000 });
    expect(new Uint8Array((await later.get('a'))!)).toEqual(bytes(5));
    expect(later.bytes).toBe(kept(5));
  });

  it('stays within the limit: what was used longest ago goes', async () => {
    const folder = temporaryFolder();
    const cache = new ByteCache(folder, { maxBytes: 3 * kept(100) });
    for (const key of ['a', 'b', 'c']) await cache.set(key, bytes(100));
    await cache.get('a');
    await cache.set('d', bytes(100));
    expect(await cache.get('b')).toBeNull();
    expect(readdirSync(folder).sort()).toEqual(['a', 'c', 'd']);
    expect(cache.bytes).toBe(3 * kept(100));
    await cache.set('e', bytes(1000));
    expect(await cache.get('e')).toBeNull();
    const smaller = new ByteCache(folder, { maxBytes: kept(100) });
    await smaller.get('a');
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('counts once when it is written twice', async () => {
    const cache = new ByteCache(temporaryFolder(), { maxBytes: 1000 });
    await cache.set('a', bytes(5));
    await cache.set('a', bytes(9));
    expect(cache.bytes).toBe(kept(9));
  });

  it.each([
    ['cut short', (path: string) => truncateSync(path, 20)],
    ['changed', (path: string) => writeFileSync(path, bytes(kept(5)))],
    ['empty', (path: string) => writeFileSync(path, '')],
  ])('and is %s reads as absent, and is forgotten', async (_, damage) => {
    const folder = temporaryFolder();
    const cache = new ByteCache(folder, { maxBytes: 1000 });
    await cache.set('a', bytes(5));
    damage(join(folder, 'a'));
    expect(await cache.get('a')).toBeNull();
    expect(cache.bytes).toBe(0);
  });

  it('is nothing where the disk has too little room, and what a kill left half-written is removed', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'half.tmp'), 'x');
    const cache = new ByteCache(folder, { maxBytes: 1000, reserveBytes: Number.MAX_SAFE_INTEGER });
    await cache.set('a', bytes(5));
    expect(await cache.get('a')).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });
});
