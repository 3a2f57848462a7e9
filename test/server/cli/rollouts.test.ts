import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../../src/core/artifact/documents.ts';
import { commitBytes, startServer, temporaryFolder, type TestServer } from '../support.ts';
import { haversack } from './captured.ts';

const start = Date.parse('2026-05-01T08:00:00Z');
const dayMs = 24 * 60 * 60 * 1000;
let nowMs: number;
let server: TestServer;
let folder: string;
let url: string;

/** Version 1, and its children 2 and 3. */
beforeEach(async () => {
  nowMs = start;
  folder = temporaryFolder();
  server = await startServer({ now: () => new Date(nowMs) });
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
  const { digest } = await commitBytes(server, 'sides', 'one');
  const parent = { version: 1, digest };
  const labels = ['left', 'right'];
  const on = (confusion: number[][]): Evaluation => ({
    part: 'test',
    origin: 'parent',
    dataset: 'a'.repeat(64),
    n: 200,
    metrics: { accuracy: (confusion[0]![0]! + confusion[1]![1]!) / 200 },
    interval: null,
    confusion,
  });
  const draft = (confusion: number[][]) => ({ parent, labels, evaluations: [on(confusion)] });
  await commitBytes(server, 'sides', 'two', {
    draft: draft([
      [95, 5],
      [60, 40],
    ]),
  });
  await commitBytes(server, 'sides', 'three', {
    draft: draft([
      [40, 60],
      [10, 90],
    ]),
  });
});

function call(...args: string[]) {
  return haversack(folder, args, { env: { HAVERSACK_URL: url, HAVERSACK_KEY: server.key } });
}

async function said(...args: string[]): Promise<string> {
  const { code, out, err } = await call(...args);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
}

async function answer(...args: string[]): Promise<unknown> {
  return JSON.parse(await said(...args, '--json'));
}

describe('a rollout from the shell', () => {
  it('begins with some, is shown, widened, held, goes on, and is finished', async () => {
    expect(
      await answer('promote', 'sides@2', 'production', '--share', '0.1', '--group', 'north,phones'),
    ).toEqual({
      model: 'sides',
      alias: 'production',
      version: 2,
      revision: 2,
      share: 0.1,
      groups: ['north', 'phones'],
      otherwise: 1,
      held: false,
      previous: 1,
    });
    expect(await said('rollout', 'sides')).toBe(
      'sides@production is sides@2, for 10.0 % of the devices in north, phones, for the others sides@1.\n' +
        '0 swapped, 0 rolled back\n',
    );
    expect(await answer('rollout', 'sides', '--share', '0.5')).toMatchObject({
      share: 0.5,
      groups: ['north', 'phones'],
      otherwise: 1,
      outcomes: { swapped: 0, rolledBack: 0 },
    });
    expect(await answer('rollout', 'sides', 'production', '--hold')).toMatchObject({ held: true });
    expect(await said('rollout', 'sides@production')).toContain('; held');
    expect(await answer('rollout', 'sides', '--resume')).toMatchObject({ held: false, share: 0.5 });
    expect(await answer('rollout', 'sides', '--finish')).toMatchObject({
      share: 1,
      groups: null,
      otherwise: null,
      revision: 6,
    });
  });

  it('is taken back to what was everybody’s, with a higher revision and a reason', async () => {
    await answer('promote', 'sides@2', 'production');
    await answer('promote', 'sides@3', 'production', '--share', '0.1');
    expect(await answer('rollback', 'sides', '--why', 'takes left for right')).toMatchObject({
      version: 2,
      previous: 3,
      revision: 4,
      share: 1,
    });
    expect(await answer('rollback', 'sides', '--to', '1')).toMatchObject({ version: 1, revision: 5 });
    expect(await said('rollback', 'sides', 'production')).toContain('is back at sides@2');
    expect(await said('audit', 'sides@production', '--limit', '3')).toContain('takes left for right');
    expect((await call('rollback', 'sides', 'canary')).code).toBe(1);
  });

  it('of an alias ends with it, and going on counts on', async () => {
    await answer('promote', 'sides@2', 'canary');
    expect(await answer('rollout', 'sides', 'canary', '--remove')).toMatchObject({ removed: true });
    expect((await call('rollout', 'sides', 'canary')).err).toContain('there is no sides@canary');
    expect(await answer('promote', 'sides@3', 'canary')).toMatchObject({ revision: 3, previous: null });
  });

  it.each([
    [['rollout', 'sides', '--hold', '--finish']],
    [['rollout', 'sides@2']],
    [['promote', 'sides', 'production']],
    [['promote', 'sides@2', 'production', '--share', '2']],
    [['promote', 'sides@2', 'production', '--group', 'No Such']],
    [['tag', 'sides', 'paint', 'ocr']],
    [['audit', '--at', '2026-05-03']],
    [['audit', 'sides', '--at', 'yesterday']],
    [['retention', 'sides', '--forever', '--keep-days', '3']],
  ])('wrong usage is told: %s', async args => {
    expect((await call(...args)).code).toBe(2);
  });
});

describe('what is known', () => {
  it('of a day: all that ran on it', async () => {
    nowMs = start + dayMs;
    await answer('promote', 'sides@2', 'production', '--why', 'better');
    nowMs = start + 2 * dayMs;
    await answer('promote', 'sides@3', 'canary', '--share', '0.5');
    const ranOn = async (at: string) =>
      ((await answer('audit', 'sides', '--at', at)) as { alias: string; version: number }[]).map(
        ({ alias, version }) => `${alias} ${version}`,
      );
    expect(await ranOn('2026-04-30')).toEqual([]);
    expect(await ranOn('2026-05-01')).toEqual(['production 1']);
    expect(await ranOn('2026-05-02')).toEqual(['production 1', 'production 2']);
    expect(await ranOn('2026-05-02T08:00')).toEqual(['production 2']);
    expect(await ranOn('2026-05-03')).toEqual(['canary 3', 'production 2']);
    const table = await said('audit', 'sides', '--at', '2026-05-03');
    expect(table).toMatch(/production +sides@2 +all +2026-05-02 08:00 +admin-key +better/);
    expect(table).toMatch(/canary +sides@3 +50\.0 % of the devices/);
  });

  it('of a model: lineage as a tree, aliases, tags, card, retention', async () => {
    await writeFile(join(folder, 'card.md'), '# Sides\n\nTells left from right.\n');
    await answer('tag', 'sides', 'add', 'toys', 'demo');
    expect(await answer('tag', 'sides', 'remove', 'demo')).toEqual({ model: 'sides', tags: ['toys'] });
    await answer('card', 'sides', 'card.md');
    expect(await said('card', 'sides')).toBe(await readFile(join(folder, 'card.md'), 'utf8'));
    await answer('retire', 'sides@3', '--why', 'no');
    const shown = await said('show', 'sides');
    expect(shown).toContain('tags: toys');
    expect(shown).toContain('production → 1, for all');
    expect(shown).toMatch(/^1 {2}.*\n├─ 2 {2}.*\n└─ 3 {2}.*\(retired\)$/m);
    expect(shown).toContain('Tells left from right.');
    expect(await answer('show', 'sides')).toMatchObject({ aliases: [{ alias: 'production', version: 1 }] });
    expect(await said('list', '--tag', 'TOYS')).toContain('sides');
    expect(await said('list', 'nothing of the kind')).toBe('No model has that.\n');
  });

  it('of a version: what it is better at than what stands beside it', async () => {
    await server.registry.database
      .insertInto('derivations')
      .values({ model: 'sides', version: 2, variant: 'int8', state: 'skipped', detail: 'no smaller' })
      .execute();
    const shown = await said('show', 'sides@2');
    expect(shown).toMatch(/^int8 .* skipped: no smaller$/m);
    expect(shown).toContain('Beside 3, also of 1');
    expect(shown).toContain('on 200 rows (test): 2 67.5 %, 3 65.0 %');
    expect(shown).toContain('left: 2* 95.0 %, 3 40.0 %');
    expect(shown).toContain('right: 3* 90.0 %, 2 40.0 %');
    expect(await answer('show', 'sides@production')).toMatchObject({ version: 1, siblings: { grounds: [] } });
    expect((await call('show', 'sides@9')).code).toBe(1);
  });

  it('of the room that nobody needs, before and after it is let go of', async () => {
    await answer('promote', 'sides@3', 'production');
    expect(await said('retention', 'sides')).toBe('sides: every version is kept.\n');
    await answer('retention', 'sides', '--keep-versions', '1');
    // What was put now is older than an upload lasts.
    nowMs = Date.now() + 30 * dayMs;
    expect(await said('gc', '--dry-run')).toBe(
      'To go: 1 chunk (3 B), with the bytes of 1 version.\n  sides@2\n',
    );
    expect(await answer('gc')).toEqual({ dryRun: false, chunks: 1, bytes: 3, versions: ['sides@2'] });
    expect(await said('list')).toContain('(collected)');
    const pulled = await call('pull', 'sides@2', '--out', 'model.onnx');
    expect(pulled).toMatchObject({ code: 1, out: '' });
    expect(pulled.err).toContain('sides@2, on ');
    const refused = await call('promote', 'sides@2', 'production');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('keeps that version’s documents');
  });
});
