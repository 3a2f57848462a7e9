import { describe, expect, it } from 'vitest';
import { canonicalBytes, documentDigest } from '../../../src/core/artifact/canonical.ts';
import { fromBase64Url, toBase64Url } from '../../../src/core/artifact/base64url.ts';
import fc from 'fast-check';

const text = (value: Parameters<typeof canonicalBytes>[0]) => new TextDecoder().decode(canonicalBytes(value));

describe('canonical JSON', () => {
  it('is RFC 8785 §3.2.2’s example', () => {
    const example = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\u0022/",
      literals: [null, true, false],
    };
    expect(text(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('leaves out undefined members and sorts the rest by UTF-16 code units', () => {
    expect(text({ b: 1, a: undefined, '\u20ac': 2, A: 3 })).toBe('{"A":3,"b":1,"€":2}');
  });

  it('is hashed to SHA-256 in lower-case hexadecimal', async () => {
    // printf '{}' | sha256sum
    expect(await documentDigest({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});

describe('base64url', () => {
  it('gives every byte sequence back, without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), bytes => {
        const encoded = toBase64Url(bytes);
        expect(encoded).toMatch(/^[A-Za-z0-9_-]*$/);
        expect(fromBase64Url(encoded)).toEqual(Uint8Array.from(bytes));
      }),
    );
  });
});
