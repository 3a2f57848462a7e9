import { expect, test } from 'vitest';
import { daysSince, isToBeSaid, lastHeardOf } from '../../../src/app/state/last-heard.ts';
import type { Alias } from '../../../src/core/artifact/documents.ts';

const day = 24 * 60 * 60 * 1000;
const now = new Date('2026-11-26T08:00:00.000Z');
const before = (days: number) => new Date(now.getTime() - days * day);

/** As the registry issues it: good for seven days. */
function alias(daysAgo: number): Alias {
  return {
    type: 'alias',
    formatVersion: 1,
    model: 'digits',
    alias: 'production',
    revision: 1,
    version: 1,
    versionDigest: 'a'.repeat(64),
    rollout: { share: 1, groups: null },
    otherwise: null,
    held: false,
    issuedAt: before(daysAgo).toISOString(),
    expiresAt: before(daysAgo - 7).toISOString(),
  };
}

test('while every word is good, and where nothing is followed, there is nothing to say', () => {
  expect(lastHeardOf([], now)).toBeNull();
  expect(lastHeardOf([alias(0), alias(6.9), alias(7)], now)).toBeNull();
});

test('what is past its time counts from when it was said, and the oldest of all', () => {
  expect(lastHeardOf([alias(8), alias(0), alias(30), alias(9)], now)).toBe(before(30).toISOString());
});

test('days are whole, and one at least', () => {
  expect([0.2, 1, 8.9, 30].map(days => daysSince(before(days).toISOString(), now))).toEqual([1, 1, 8, 30]);
});

test('what was put away is said again a day later', () => {
  const heard = before(8).toISOString();
  expect(isToBeSaid(null, null, now)).toBe(false);
  expect(isToBeSaid(heard, null, now)).toBe(true);
  expect(isToBeSaid(heard, before(0.9), now)).toBe(false);
  expect(isToBeSaid(heard, before(1), now)).toBe(true);
});
