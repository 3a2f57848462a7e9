// A model that a device founds: made and used with no server there, sent when it is back and the device was let in, and run as
// version 1 on a device that had nothing of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haversack } from '../server/cli/captured.ts';
import {
  answeredBy,
  approve,
  askToBeLetIn,
  enterAdminKey,
  go,
  installModels,
  modelCard,
} from './support/app.ts';
import { Device } from './support/device.ts';
import { discPngs } from './support/pictures.ts';
import { seeingModel } from './support/seeing-model.ts';
import { type RunningServer, startServer } from './support/server.ts';

const base = 'seeing';
const founded = 'my-model';
const colours = { 'Class 1': [214, 48, 40], 'Class 2': [38, 70, 196] } as const;
type Class = keyof typeof colours;

let folder: string;
let server: RunningServer;
let maker: Device;
let other: Device;
let making: Page;
let using: Page;

function photosOf(page: Page, of: Class, from: number, count: number) {
  return discPngs(page, of, colours[of], from, count);
}

/** In Use, by a file. */
async function answerTo(page: Page, of: Class): Promise<string> {
  const [photo] = await photosOf(page, of, 9, 1);
  await page.locator('main input[type=file]').setInputFiles(photo!);
  await page.getByRole('img', { name: 'The picture that is held' }).waitFor();
  await expect
    .poll(() => page.locator('output.answer-word').innerText(), { timeout: 60_000 })
    .toMatch(/Class/);
  return page.locator('output.answer-word').innerText();
}

async function show(of: Class): Promise<void> {
  const card = making.getByRole('region', { name: of, exact: true });
  for (const from of [0, 4]) {
    await card.locator('input[type=file]').setInputFiles(await photosOf(making, of, from, 4));
    await card.getByText(`${from + 4} photos`).waitFor({ timeout: 60_000 });
  }
}

describe('a model that a device founds', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haversack-founding-'));
    await writeFile(join(folder, 'seeing.onnx'), seeingModel());
    server = await startServer(['--no-demo']);
    const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
    const pushed = await haversack(folder, ['push', 'seeing.onnx', '--model', base], { env });
    expect(pushed).toMatchObject({ code: 0 });
    maker = await Device.create();
    other = await Device.create({ viewport: { width: 1280, height: 800 } });
    making = await maker.open(server.url);
    await installModels(making, [base]);
    // The runtime too, and what makes models.
    await modelCard(making, base).getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
  });
  afterAll(async () => {
    await maker.close();
    await other.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is made of what it was shown, and judged by its own figures, while no server is there', async () => {
    await go(making, '#/new/photo');
    await making.getByRole('region', { name: 'Class 1', exact: true }).waitFor({ timeout: 60_000 });
    await server.stop();
    await show('Class 1');
    await show('Class 2');
    await making.getByRole('button', { name: 'Finish', exact: true }).click();
    await making.getByRole('button', { name: 'Make it', exact: true }).click();
    await making.getByRole('heading', { name: `Judge ${founded}` }).waitFor({ timeout: 90_000 });
    await making.getByText('How the new model was judged').waitFor();
  });

  it('waits to be sent, and is in use all the while', async () => {
    await making.getByRole('button', { name: 'Send', exact: true }).click();
    await making.getByText('waiting to be sent').first().waitFor();
    await making.getByText('It is in use on this device.').waitFor();
    await go(making, `#/use/${founded}`);
    await making.getByText('It is not in the registry yet').waitFor();
    expect(await answerTo(making, 'Class 1')).toContain('Class 1');
    await go(making, '#/library');
    await modelCard(making, founded).getByText('A new model').first().waitFor();
  });

  it('becomes version 1 once the server is back and an admin let the device in, and runs on as that', async () => {
    await server.start();
    const code = await askToBeLetIn(making);
    const admin = await other.open(server.url);
    await enterAdminKey(admin, await server.adminKey());
    await approve(admin, code, 'trainer');
    await admin.close();
    // As a browser says when the line is back: else it is tried again after a while.
    await making.evaluate(() => dispatchEvent(new Event('online')));
    await go(making, `#/judge/${founded}`);
    await making.getByText('sent: it is version 1').first().waitFor({ timeout: 90_000 });
    await go(making, `#/use/${founded}`);
    expect(await answerTo(making, 'Class 2')).toContain('Class 2');
    await answeredBy(making, founded, 1);
    expect(await making.getByText('It is not in the registry yet').count()).toBe(0);
  });

  it('runs as version 1 on a device that had nothing of it', async () => {
    using = await other.open(server.url);
    await installModels(using, [founded]);
    await go(using, `#/use/${founded}`);
    expect(await answerTo(using, 'Class 1')).toContain('Class 1');
    await answeredBy(using, founded, 1);
    expect([...maker.complaints, ...other.complaints]).toEqual([]);
  });
});
