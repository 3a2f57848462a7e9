import { expect, test } from 'vitest';
import {
  fleetOf,
  groupsOf,
  placesOf,
  reachOf,
  runsOf,
  standingOf,
} from '../../../src/app/state/admin-fleet.ts';
import { findDevices, findModels } from '../../../src/app/state/admin-find.ts';
import type { Alias } from '../../../src/core/artifact/documents.ts';
import type { DeviceInfo } from '../../../src/core/artifact/access-api.ts';
import type { ModelSummary } from '../../../src/core/artifact/registry-api.ts';
import { isInShare } from '../../../src/core/artifact/rollout.ts';

const id = (n: number) => n.toString(16).padStart(64, '0');
const digest = 'd'.repeat(64);

function device(n: number, runs: number | null | undefined, over: Partial<DeviceInfo> = {}): DeviceInfo {
  const active =
    runs === null || runs === undefined
      ? []
      : [{ model: 'digits', version: runs, variant: 'fp32', provider: null }];
  return {
    id: id(n),
    publicKey: 'A'.repeat(43),
    name: `tablet ${n}`,
    status: 'approved',
    role: 'device',
    code: `CODE${n}`,
    createdAt: '2026-01-01T00:00:00.000Z',
    lastSeenAt: null,
    groups: [],
    report:
      runs === undefined
        ? null
        : {
            type: 'report',
            formatVersion: 1,
            device: id(n),
            createdAt: '2026-01-01T00:00:00.000Z',
            app: 'test',
            active,
            update: null,
            storage: null,
          },
    grants: null,
    ...over,
  };
}

const alias = (over: Partial<Alias> = {}): Alias => ({
  type: 'alias',
  formatVersion: 1,
  model: 'digits',
  alias: 'production',
  revision: 3,
  version: 5,
  versionDigest: digest,
  rollout: { share: 1, groups: null },
  otherwise: null,
  held: false,
  issuedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-08T00:00:00.000Z',
  ...over,
});

test('devices are counted by what they said they run; those that are not let in are not counted', () => {
  const fleet = fleetOf(
    [
      device(1, 5),
      device(2, 4),
      device(3, 5),
      device(4, null),
      device(5, undefined),
      device(6, 5, { status: 'revoked' }),
      device(7, undefined, { status: 'pending' }),
    ],
    'digits',
  );
  expect(fleet.shares.map(({ version, devices }) => [version, devices.map(({ name }) => name)])).toEqual([
    [5, ['tablet 1', 'tablet 3']],
    [4, ['tablet 2']],
  ]);
  expect(fleet.without.map(({ name }) => name)).toEqual(['tablet 4']);
  expect(fleet.silent.map(({ name }) => name)).toEqual(['tablet 5']);
});

test('what a rollout reaches is what the devices themselves will decide', async () => {
  const devices = Array.from({ length: 200 }, (_, n) =>
    device(n, 4, n % 2 === 0 ? { groups: ['north'] } : {}),
  );
  const places = await placesOf(devices, 'digits');
  const inShare = await Promise.all(devices.map(({ id: key }) => isInShare(key, 'digits', 0.3)));
  const expected = inShare.filter(Boolean).length;
  expect(reachOf(devices, places, { share: 0.3, groups: null })).toEqual({ reached: expected, all: 200 });
  const north = devices.filter(({ groups }, n) => groups.includes('north') && inShare[n]).length;
  expect(reachOf(devices, places, { share: 0.3, groups: ['north', 'south'] }).reached).toBe(north);
  expect(reachOf(devices, places, { share: 1, groups: ['south'] }).reached).toBe(0);
});

test('a device stands as the alias says, or behind it, or has not said', async () => {
  const devices = [device(1, 5), device(2, 4), device(3, undefined), device(4, null)];
  const places = await placesOf(devices, 'digits');
  const standing = (n: number, over: Partial<Alias> = {}) => standingOf(devices[n - 1]!, alias(over), places);
  expect(standing(1)).toEqual({ kind: 'as-said' });
  expect(standing(2)).toEqual({ kind: 'behind', runs: 4, wanted: 5 });
  expect([standing(3).kind, standing(4).kind]).toEqual(['no-word', 'no-word']);
  // Held: who does not run it does not take it, so that it runs what it is to run.
  expect(standing(2, { held: true })).toEqual({ kind: 'as-said' });
  expect(
    standing(1, { rollout: { share: 0, groups: null }, otherwise: { version: 4, versionDigest: digest } }),
  ).toEqual({ kind: 'behind', runs: 5, wanted: 4 });
});

test('groups are every name that any device has, once', () => {
  expect(groupsOf([device(1, 1, { groups: ['b', 'a'] }), device(2, 1, { groups: ['a'] })])).toEqual([
    'a',
    'b',
  ]);
});

test('a device is found by each thing that is known of it, and by several at once', () => {
  const devices = [
    device(1, 5, { name: 'Anna’s phone', groups: ['north'] }),
    device(2, 4, { role: 'trainer' }),
    device(3, undefined, { code: 'XYZ777' }),
  ];
  const found = (text: string) => findDevices(devices, text).map(({ code }) => code);
  expect(found('anna')).toEqual(['CODE1']);
  expect(found('digits@4')).toEqual(['CODE2']);
  expect(found('trainer')).toEqual(['CODE2']);
  expect(found('xyz')).toEqual(['XYZ777']);
  expect(found('north anna')).toEqual(['CODE1']);
  expect(found('north trainer')).toEqual([]);
  expect(found(' ')).toHaveLength(3);
  expect(runsOf(devices[2]!, 'digits')).toBeNull();
});

test('a model is found by name and by tag', () => {
  const model = (name: string, tags: string[]): ModelSummary => ({
    model: name,
    task: 'other',
    updatedAt: '2026-01-01T00:00:00.000Z',
    tags,
    aliases: [],
    versions: [],
  });
  const models = [model('digits', ['ocr', 'demo']), model('iris', ['plants', 'demo'])];
  const found = (text: string) => findModels(models, text).map(one => one.model);
  expect(found('DIG')).toEqual(['digits']);
  expect(found('plant')).toEqual(['iris']);
  expect(found('demo')).toEqual(['digits', 'iris']);
  expect(found('demo ocr')).toEqual(['digits']);
});
