import { describe, expect, test } from 'vitest';
import type { Alias } from '../../../src/core/artifact/documents.ts';
import { isInShare, settledVersion, targetOf } from '../../../src/core/artifact/rollout.ts';

const digest = (letter: string) => letter.repeat(64);
const alias = (change: Partial<Alias> = {}): Alias => ({
  type: 'alias',
  formatVersion: 1,
  model: 'digits',
  alias: 'production',
  revision: 2,
  version: 2,
  versionDigest: digest('2'),
  rollout: { share: 1, groups: null },
  otherwise: { version: 1, versionDigest: digest('1') },
  held: false,
  issuedAt: '2026-11-24T00:00:00.000Z',
  expiresAt: '2026-12-01T00:00:00.000Z',
  ...change,
});
const device = { keyId: digest('d'), groups: ['north'] };
const versionFor = async (change: Partial<Alias>, running: number | null = 1) =>
  (await targetOf(alias(change), device, running))?.version ?? null;

test('a share reaches about that share of devices, and a growing one keeps those it had', async () => {
  const ids = Array.from({ length: 1000 }, (_value, i) => i.toString(16).padStart(64, '0'));
  const at = async (share: number) => {
    const inside = await Promise.all(ids.map(id => isInShare(id, 'digits', share)));
    return new Set(ids.filter((_id, i) => inside[i]));
  };
  const [none, tenth, half, all] = await Promise.all([at(0), at(0.1), at(0.5), at(1)]);
  expect([none.size, all.size]).toEqual([0, 1000]);
  expect(tenth.size).toBeGreaterThan(60);
  expect(tenth.size).toBeLessThan(140);
  expect([...tenth].every(id => half.has(id))).toBe(true);
});

describe('an alias means for a device', () => {
  test('its version, where the device is in the rollout', async () => {
    expect(await versionFor({})).toBe(2);
    expect(await versionFor({ rollout: { share: 1, groups: ['south', 'north'] } })).toBe(2);
  });

  test('the other one, where it is not; or nothing, where there is none', async () => {
    expect(await versionFor({ rollout: { share: 0, groups: null } })).toBe(1);
    expect(await versionFor({ rollout: { share: 1, groups: ['south'] } })).toBe(1);
    expect(await versionFor({ rollout: { share: 0, groups: null }, otherwise: null })).toBeNull();
  });

  test('while it is held, its version only where that runs already', async () => {
    expect(await versionFor({ held: true }, 1)).toBe(1);
    expect(await versionFor({ held: true, otherwise: null }, null)).toBeNull();
    expect(await versionFor({ held: true }, 2)).toBe(2);
  });
});

test('who is no device gets what those outside have, until it is for all', () => {
  const settled = (change: Partial<Alias>) => settledVersion(alias(change));
  expect(settled({ rollout: { share: 0.9, groups: null } })).toBe(1);
  expect(settled({ rollout: { share: 1, groups: ['north'] } })).toBe(1);
  expect(settled({ rollout: { share: 0.9, groups: null }, otherwise: null })).toBe(2);
  expect(settled({})).toBe(2);
});
