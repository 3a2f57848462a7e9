import { describe, expect, it } from 'vitest';
import { fastCdcBytes } from '../../bench/updates/fast-cdc.ts';
import { seededRandom } from '../../src/core/data/random.ts';

const random = seededRandom(7);
const file = Uint8Array.from({ length: 4 * 2 ** 20 }, () => random.integer(256));

describe('chunks that follow the content', () => {
  it('are found again behind what was put in', () => {
    expect(fastCdcBytes(file, file)).toBe(0);
    const longer = new Uint8Array(file.length + 5);
    longer.set(file.subarray(0, 2 ** 21));
    longer.set([1, 2, 3, 4, 5], 2 ** 21);
    longer.set(file.subarray(2 ** 21), 2 ** 21 + 5);
    // One chunk, or two where the new bytes made a border.
    expect(fastCdcBytes(file, longer)).toBeLessThanOrEqual(2 * 128 * 1024);
  });

  it('are 64 KiB on average', () => {
    // One byte in a mebibyte changes four chunks, or a few more where a border went.
    const changed = file.slice();
    for (let at = 2 ** 19; at < file.length; at += 2 ** 20) changed[at]! ^= 1;
    const bytes = fastCdcBytes(file, changed);
    expect(bytes).toBeGreaterThan(4 * 8 * 1024);
    expect(bytes).toBeLessThan(4 * 3 * 64 * 1024);
  });
});
