import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzip } from '../../src/core/gunzip.ts';
import { gzip } from '../../src/core/gzip.ts';

const bytes = new TextEncoder().encode('sepal,petal\n'.repeat(1000));

describe('gzip', () => {
  it('is read by another implementation and back by ours', async () => {
    expect(new Uint8Array(gunzipSync(gzip(bytes)))).toEqual(bytes);
    expect(await gunzip(gzip(bytes), bytes.length)).toEqual(bytes);
  });

  it('holds no time stamp (RFC 1952 §2.3.1: MTIME 0)', () => {
    expect(Array.from(gzip(bytes).subarray(4, 8))).toEqual([0, 0, 0, 0]);
  });
});

describe('gunzip', () => {
  it('stops at the limit', async () => {
    await expect(gunzip(gzip(bytes), bytes.length - 1)).rejects.toMatchObject({ code: 'TooLarge' });
  });

  it('refuses a file that is cut short, damaged, or no gzip', async () => {
    const whole = gzip(bytes);
    const damaged = whole.slice();
    damaged[damaged.length - 6]! ^= 1;
    for (const bad of [whole.slice(0, -4), damaged, bytes]) {
      await expect(gunzip(bad, 1e6)).rejects.toMatchObject({ code: 'DocumentInvalid' });
    }
  });
});
