import { expect, test, vi } from 'vitest';
import type { ModelSummary, VersionSummary } from '../../../src/core/artifact/registry-api.ts';
import type { Active, Installed } from '../../../src/device/schema.ts';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('document', { querySelector: () => null });
const { toShelf, updateReady } = await import('../../../src/app/state/shelf.ts');

const digest = 'a'.repeat(64);
const listed = (version: number, parent: number | null): VersionSummary => ({
  version,
  digest,
  parent: parent === null ? null : { version: parent, digest },
  architecture: digest,
  createdAt: '2026-11-24T00:00:00.000Z',
  device: null,
  candidate: null,
  note: null,
  evaluations: [],
  variants: [{ name: 'fp32', bytes: 900, evaluations: [] }],
  lacks: [],
  newArchitecture: false,
  retiredAt: null,
  collectedAt: null,
});
const summary = (versions: VersionSummary[], production: number | null): ModelSummary => ({
  model: 'digits',
  task: 'classification',
  updatedAt: '2026-11-24T00:00:00.000Z',
  tags: [],
  versions,
  aliases: production === null ? [] : [alias(production)],
});
const alias = (version: number) => ({
  signed: {
    type: 'alias',
    formatVersion: 1,
    model: 'digits',
    alias: 'production',
    revision: 1,
    version,
    versionDigest: digest,
    rollout: { share: 1 },
    issuedAt: '2026-11-24T00:00:00.000Z',
    expiresAt: '2026-12-01T00:00:00.000Z',
  },
  signatures: [{ keyId: digest, signature: 'A'.repeat(86) }],
});
const active = (version: number): Active => ({
  model: 'digits',
  version,
  variant: 'fp32',
  previous: null,
  follows: true,
  candidate: null,
});
const here = (version: number) => ({ model: 'digits', version }) as Installed;

test('what production points at is offered, not the newest', () => {
  const versions = [listed(3, 1), listed(2, 1), listed(1, null)];
  expect(toShelf('digits', summary(versions, 2), [], null).offered?.version).toBe(2);
  expect(toShelf('digits', summary(versions, null), [], null).offered?.version).toBe(3);
});

test('a version that was taught without the data it was made of says so; the first one only came without', () => {
  const lacking = [listed(2, 1), listed(1, null)].map(each => ({ ...each, lacks: ['dataset' as const] }));
  const { versions } = toShelf('digits', summary(lacking, 1), [], null);
  expect(versions.map(({ version, alone }) => [version, alone])).toEqual([
    [2, true],
    [1, false],
  ]);
});

test('two versions of one parent are siblings; the parent is none of them', () => {
  const shelf = toShelf('digits', summary([listed(3, 1), listed(2, 1), listed(1, null)], 1), [], null);
  expect(shelf.versions.map(version => [version.version, version.parent, version.siblings])).toEqual([
    [3, 1, [2]],
    [2, 1, [3]],
    [1, null, []],
  ]);
});

test('an update is ready only where what is offered is newer than what is in use', () => {
  const versions = [listed(2, 1), listed(1, null)];
  expect(updateReady(toShelf('digits', summary(versions, 2), [here(1)], active(1), 2))).toBe(2);
  expect(updateReady(toShelf('digits', summary(versions, 2), [here(1)], active(1), null))).toBeNull();
  expect(updateReady(toShelf('digits', summary(versions, 1), [here(2)], active(2)))).toBeNull();
  expect(updateReady(toShelf('digits', summary(versions, 2), [], null))).toBeNull();
  const chosen = { ...active(1), follows: false };
  expect(updateReady(toShelf('digits', summary(versions, 2), [here(1)], chosen))).toBe(2);
});

test('a version says what of it is here', () => {
  const shelf = toShelf('digits', summary([listed(2, 1), listed(1, null)], 2), [here(1)], active(1));
  expect(shelf.versions.map(version => version.installed?.version ?? null)).toEqual([null, 1]);
  expect(shelf.versions[0]?.aliases).toEqual(['production']);
});
