// A model that somebody pushed without the data it was made of: taught from one's own samples alone, judged on those that
// were kept out, sent, and taken over by another device.
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haversack } from '../server/cli/captured.ts';
import { sideways, smallTargets, violations } from './support/access.ts';
import { approve, askToBeLetIn, enterAdminKey, go, installModels, promote } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

const model = 'flowers';
const table = join(import.meta.dirname, '..', '..', 'demo', 'data', 'iris.csv');

interface Flower {
  readonly kind: string;
  readonly measures: readonly number[];
}

/** Of a small variety, which the model has never seen: the kinds in turn, each a little over half its usual size. */
const flowers: readonly Flower[] = (() => {
  const rows = readFileSync(table, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(','));
  return Array.from({ length: 35 }, (_, i) => {
    const row = rows[(i % 3) * 50 + i]!;
    return { kind: row[4]!, measures: row.slice(0, 4).map(text => Math.round(Number(text) * 58) / 100) };
  });
})();

/** Pastes a row into the form and taps what it is. */
async function label(page: Page, { kind, measures }: Flower): Promise<void> {
  const field = page.locator('.features input').first();
  await field.evaluate((input, row) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', row);
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, measures.join('\t'));
  await expect.poll(() => field.inputValue()).toBe(String(measures[0]));
  await page
    .getByRole('group', { name: 'What is it?' })
    .getByRole('button', { name: kind, exact: true })
    .click();
}

describe('a model that came without its data', () => {
  let server: RunningServer;
  let folder: string;
  let teacher: Device;
  let other: Device;
  let teaching: Page;

  beforeAll(async () => {
    server = await startServer(['--no-demo']);
    folder = await mkdtemp(join(tmpdir(), 'haversack-alone-'));
    const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
    const train = [
      'train',
      '--new',
      'mlp:16',
      '--data',
      table,
      '--target',
      'species',
      '--out',
      'flowers.onnx',
    ];
    expect(await haversack(folder, train, { env })).toMatchObject({ code: 0 });
    const push = ['push', 'flowers.onnx', '--model', model];
    expect(await haversack(folder, push, { env })).toMatchObject({ code: 0 });
    [teacher, other] = [
      await Device.create(),
      await Device.create({ locale: 'zh-CN', colorScheme: 'dark', viewport: { width: 1280, height: 800 } }),
    ];
    teaching = await teacher.open(server.url);
    await installModels(teaching, [model]);
  });
  afterAll(async () => {
    await teacher.close();
    await other.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('says that it learns from samples alone, and how many are missing', async () => {
    await go(teaching, `#/teach/${model}`);
    await teaching.getByText('It learns from your samples alone').waitFor();
    await teaching.getByText('Label 5 more to begin.').waitFor();
    expect(await teaching.getByRole('button', { name: 'Start training' }).isDisabled()).toBe(true);
    for (const flower of flowers.slice(0, 4)) await label(teaching, flower);
    await teaching.getByText('Label 1 more to begin.').waitFor();
  });

  it('keeps every fifth sample out of training, and none of them can be sent along', async () => {
    for (const flower of flowers.slice(4)) await label(teaching, flower);
    await teaching.getByText('35 samples').waitFor();
    await teaching.getByText('29 to learn from · 6 kept to judge with').waitFor();
    expect(await teaching.getByLabel('Let my samples travel with the new version').count()).toBe(0);
    expect(await teaching.getByLabel('Stay close to what it knew').isChecked()).toBe(true);
    await teaching.locator('.toast').waitFor({ state: 'detached' });
    expect(await violations(teaching)).toEqual([]);
    expect(await smallTargets(teaching)).toEqual([]);
    expect(await sideways(teaching)).toBe(0);
  });

  it('is taught, and judged on those alone: so few propose nothing', async () => {
    await teaching.getByRole('button', { name: 'Start training' }).click();
    await teaching.getByText('What should become of it?').waitFor({ timeout: 180_000 });
    const text = await teaching.locator('main').innerText();
    expect(text).toMatch(
      /(Better|Worse|No difference|No clear difference): .* of 6\.[^]*Judged on 6 of your own\./,
    );
    expect(text).toContain('that takes 20 kept-out samples, 14 more than there are');
    expect(text).toContain('This version came without a data set');
    expect(await violations(teaching)).toEqual([]);
    expect(await smallTargets(teaching)).toEqual([]);
    expect(await sideways(teaching)).toBe(0);
  });

  it('is sent all the same where somebody wants it, and becomes version 2', async () => {
    await teaching.getByRole('button', { name: 'Send', exact: true }).click();
    const code = await askToBeLetIn(teaching);
    const admin = await teacher.open(server.url);
    await enterAdminKey(admin, await server.adminKey());
    await approve(admin, code, 'trainer');
    await go(teaching, `#/judge/${model}`);
    await teaching.getByText('sent: it is version 2').first().waitFor({ timeout: 90_000 });
    await promote(admin, model, 2);
  });

  it('arrives on another device, whose library says how it came to be', async () => {
    const page = await other.open(server.url);
    await installModels(page, [model]);
    const origin = page.getByText('源自版本 1 · 在没有原训练数据的情况下教成');
    for (const fold of await page.locator('main details', { has: origin }).all()) {
      await fold.locator('> summary').click();
    }
    await origin.waitFor();
    await go(page, `#/teach/${model}`);
    await page.getByText('它只从您的样本学习').waitFor();
    expect(await violations(page)).toEqual([]);
    const { models } = (await (await fetch(`${server.url}/registry/v1/models`)).json()) as {
      models: {
        versions: { version: number; lacks: string[]; evaluations: { origin: string; n: number }[] }[];
      }[];
    };
    const [second] = models[0]!.versions;
    expect(second).toMatchObject({ version: 2, lacks: expect.arrayContaining(['dataset']) as unknown });
    expect(second!.evaluations.map(({ origin, n }) => [origin, n])).toEqual([['new', 6]]);
    expect([...teacher.complaints, ...other.complaints]).toEqual([]);
  });
});
