import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseBase32, toBase32 } from '../../../src/core/artifact/base32.ts';
import {
  invitationIn,
  invitationLink,
  makeEnrolmentCode,
  readEnrolmentCode,
} from '../../../src/core/artifact/enrolment-code.ts';

const registry = 'ab'.repeat(32);

describe('base 32 as Crockford writes it', () => {
  it('is what is worked out by hand', () => {
    expect(toBase32(new Uint8Array(5))).toBe('00000000');
    // 00000001 00000010 00000011 00000100 00000101 = 00000 00100 00001 00000 00110 00001 00000 00101
    expect(toBase32(Uint8Array.of(1, 2, 3, 4, 5))).toBe('04106105');
    expect(toBase32(new Uint8Array(5).fill(255))).toBe('ZZZZZZZZ');
  });

  it('gives different texts for different bytes, five bits a letter', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), bytes => {
        const value = [...toBase32(bytes)].reduce(
          (sum, letter) => sum * 32n + BigInt('0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(letter)),
          0n,
        );
        expect(value).toBe(bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
      }),
    );
  });

  it('is read with the letters that look alike', () => {
    expect(normaliseBase32(' oO-iI lL ')).toBe('001111');
  });
});

describe('a code', () => {
  it('has eighty bits, in groups of four, and never the same', () => {
    const codes = new Set(Array.from({ length: 100 }, makeEnrolmentCode));
    expect(codes.size).toBe(100);
    for (const code of codes) {
      expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(readEnrolmentCode(code.toLowerCase())).toBe(code.replaceAll('-', ''));
    }
  });

  it.each(['', '7Q2K', 'UUUU-UUUU-UUUU-UUUU', '7Q2K-M0XD-9RTB-4HWE-1', '<script>'])('is not “%s”', text => {
    expect(readEnrolmentCode(text)).toBeNull();
  });
});

describe('a link', () => {
  it('carries code, registry and what the question says', () => {
    const invitation = { code: '7Q2K-M0XD-9RTB-4HWE', registry, role: 'trainer' } as const;
    const link = invitationLink('https://models.example:8787', invitation);
    expect(link).toBe(
      `https://models.example:8787/#/settings?enrol=7Q2K-M0XD-9RTB-4HWE&registry=${registry}&role=trainer`,
    );
    expect(invitationIn(new URL(link).hash)).toEqual(invitation);
    expect(invitationIn(`#/settings?enrol=${invitation.code}&registry=${registry}`)).toEqual({
      ...invitation,
      role: null,
    });
  });

  it.each([
    '',
    '#/settings',
    '#/settings?',
    '#/settings?enrol=7Q2K-M0XD-9RTB-4HWE',
    `#/settings?enrol=short&registry=${registry}`,
    '#/settings?enrol=7Q2K-M0XD-9RTB-4HWE&registry=other',
    `#/settings?enrol=7Q2K-M0XD-9RTB-4HWE&registry=${registry}&role=king`,
    '#/settings?%',
  ])('is not “%s”', hash => {
    expect(invitationIn(hash)).toBeNull();
  });
});
