// Models made by showing in Firefox, without a camera, a microphone or a server: from photo files and from sound files, to a finished
// model that answers, and to a page of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { haversack } from '../server/cli/captured.ts';
import { hostFolder } from '../server/cli/static-host.ts';
import { expectReachable } from '../e2e/support/access.ts';
import { apart, type Bars, settledBars } from '../e2e/support/answers-shown.ts';
import { go, installModels, modelCard } from '../e2e/support/app.ts';
import type { Device } from '../e2e/support/device.ts';
import { type Colour, discPngs } from '../e2e/support/pictures.ts';
import { unpackPage } from '../e2e/support/saved-page.ts';
import { seeingModel } from '../e2e/support/seeing-model.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { type Heard, writeTrack } from '../e2e/support/sound-track.ts';
import { createFirefox, savedFile } from './support/firefox.ts';
import { shoot } from './support/shots.ts';

const base = 'seeing';
const classes = ['Class 1', 'Class 2'] as const;
type Class = (typeof classes)[number];
type Files = Parameters<ReturnType<Page['locator']>['setInputFiles']>[0];

/** What the app and its page may be apart: a page computes with one thread, and what many add up is added in another order. */
const within = 1e-5;

const colours: Readonly<Record<Class, Colour>> = { 'Class 1': [214, 48, 40], 'Class 2': [38, 70, 196] };
const sounds: Readonly<Record<Class, Heard>> = { 'Class 1': 'hum', 'Class 2': 'chirp' };
const secondsEach = 4;

let folder: string;
let server: RunningServer;
let device: Device;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-firefox-new-'));
  await writeFile(join(folder, 'seeing.onnx'), seeingModel());
  server = await startServer(['--no-demo']);
  const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
  const pushed = await haversack(folder, ['push', 'seeing.onnx', '--model', base], { env });
  expect(pushed).toMatchObject({ code: 0 });
  device = await createFirefox();
  page = await device.open(server.url);
  await installModels(page, [base]);
  await modelCard(page, base).getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
  await server.stop();
});
afterAll(async () => {
  await device.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => expect(device.complaints.splice(0)).toEqual([]));

/** @returns a file of that sound, another each time */
async function soundFile(of: Class, name: string): Promise<string> {
  const path = join(folder, `${name}.wav`);
  await writeTrack(path, [sounds[of]], secondsEach);
  return path;
}

async function give(of: Class, files: Files, until: string): Promise<void> {
  const card = page.getByRole('region', { name: of, exact: true });
  await card.locator('input[type=file]').setInputFiles(files);
  await card.getByText(until).waitFor({ timeout: 60_000 });
}

/** @returns what the model is called */
async function finish(): Promise<string> {
  await page.getByRole('button', { name: 'Finish', exact: true }).click();
  await page.getByRole('button', { name: 'Make it', exact: true }).click();
  const heading = page.getByRole('heading', { name: /^Judge / });
  await heading.waitFor({ timeout: 120_000 });
  return (await heading.innerText()).replace(/^Judge /, '');
}

async function saveAsPage(model: string, home: string): Promise<void> {
  await page.getByRole('button', { name: 'Save as a page' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await unpackPage(await savedFile(device, `${model}-page.zip`), join(folder, home));
}

/** In Use, and in an exported page. */
async function answerTo(on: Page, files: Files): Promise<Bars> {
  await on.locator('main input[type=file]').first().setInputFiles(files);
  return settledBars(on);
}

/** What the model's page says, from a host of files and from the disk. */
async function pageAnswers(home: string, files: Files): Promise<Bars[]> {
  const host = await hostFolder(join(folder, home));
  const answers: Bars[] = [];
  for (const url of [host.url, pathToFileURL(join(folder, home, 'index.html')).href]) {
    const opened = await device.open(url);
    answers.push(await answerTo(opened, files));
    await shoot(device, opened, `new-${home}-${answers.length === 1 ? 'a-host' : 'the-disk'}`);
    await opened.close();
  }
  await host.close();
  return answers;
}

function best(shown: Bars): string {
  return Object.entries(shown).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

describe.each(['photo', 'sound'] as const)('a model that is shown files: %s', kind => {
  let model: string;
  let inUse: Bars;
  let asked: Files;

  /** Another each time it is asked for. */
  async function filesOf(of: Class, from: number): Promise<Files> {
    return kind === 'photo'
      ? discPngs(page, of, colours[of], from, 4)
      : soundFile(of, `${kind}-${of}-${from}`);
  }

  it('learns what it is shown, and becomes a model that is judged', async () => {
    await go(page, `#/new/${kind}`);
    await page.getByRole('region', { name: 'Class 1', exact: true }).waitFor({ timeout: 60_000 });
    for (const of of classes) {
      for (const from of [0, 4]) {
        await give(of, await filesOf(of, from), `${from + 4} ${kind === 'photo' ? 'photos' : 'seconds'}`);
      }
    }
    await page.locator('.live-panel, .live').first().waitFor();
    await expectReachable(page);
    await shoot(device, page, `new-${kind}`);
    model = await finish();
    await page.getByText('How the new model was judged').waitFor();
    await shoot(device, page, `new-${kind}-judged`);
  });

  it('is saved as a page, and answers in Use', async () => {
    await saveAsPage(model, kind);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await go(page, `#/use/${model}`);
    const files = kind === 'photo' ? await discPngs(page, 'asked', colours['Class 2'], 9, 1) : null;
    asked = files ?? (await soundFile('Class 2', 'asked'));
    inUse = await answerTo(page, asked);
    expect(best(inUse)).toBe('Class 2');
    await shoot(device, page, `new-${kind}-use`);
  });

  it('answers in its page as in the app', async () => {
    for (const shown of await pageAnswers(kind, asked)) expect(apart(shown, inUse)).toBeLessThan(within);
  });
});
