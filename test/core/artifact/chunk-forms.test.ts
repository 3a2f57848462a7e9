import { describe, expect, it } from 'vitest';
import { shortestForm } from '../../../src/core/artifact/chunk-forms.ts';
import { maxRegions } from '../../../src/core/artifact/difference.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { gzip } from '../../../src/core/gzip.ts';

function noise(length: number, values = 256): Bytes {
  const random = seededRandom(length);
  return Uint8Array.from({ length }, () => random.integer(values));
}

/** Packs, and says what. */
function watched() {
  const packed: number[] = [];
  const pack = (bytes: Bytes) => {
    packed.push(bytes.length);
    return gzip(bytes);
  };
  return { packed, pack };
}

const base = (bytes: Bytes, regions = [{ bits: 8, bytes: bytes.length } as const]) => ({
  digest: 'a'.repeat(64),
  bytes,
  regions,
});

describe('the shortest form', () => {
  it('of noise is the chunk, of what repeats gzip, of what moved little the difference', async () => {
    const chunk = noise(20_000);
    expect(await shortestForm(chunk, null, gzip)).toEqual({ encoding: 'raw', payload: chunk });
    expect(await shortestForm(new Uint8Array(20_000), null, gzip)).toMatchObject({ encoding: 'gzip' });
    const moved = chunk.map((byte, i) => (i % 100 === 3 ? byte + 1 : byte));
    const form = await shortestForm(moved, base(chunk), gzip);
    expect(form).toMatchObject({ encoding: 'difference', base: 'a'.repeat(64) });
    expect(form.payload.length).toBeLessThan(500);
  });

  it('is no difference where that is longer', async () => {
    const form = await shortestForm(new Uint8Array(20_000), base(noise(20_000)), gzip);
    expect(form.encoding).toBe('gzip');
  });

  it('is no difference of more regions than are taken', async () => {
    const chunk = noise(2 * (maxRegions + 1));
    const regions = Array.from({ length: maxRegions + 1 }, () => ({ bits: 8, bytes: 2 }) as const);
    expect((await shortestForm(chunk, { ...base(chunk), regions }, gzip)).encoding).toBe('raw');
  });

  it('of a large chunk is not looked for in gzip where a piece of it says that it would be hardly shorter', async () => {
    const large = noise(500_000, 245);
    const { packed, pack } = watched();
    expect((await shortestForm(large, null, pack)).encoding).toBe('raw');
    expect(packed).toEqual([32_768]);
    // A small one, and one that packs well, are packed whole.
    expect((await shortestForm(large.subarray(0, 100_000), null, pack)).encoding).toBe('gzip');
    expect((await shortestForm(noise(500_000, 16), null, pack)).encoding).toBe('gzip');
    expect(packed).toEqual([32_768, 100_000, 32_768, 500_000]);
  });
});
