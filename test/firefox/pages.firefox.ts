// Exported pages of each kind in Firefox, from a host of files and from the disk: they open, answer as the app or the command does,
// and complain of nothing. What Firefox does not give a page is said in words.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exportedZip, imageSize, labels } from '../core/import/teachable-machine/exported.ts';
import { haversack } from '../server/cli/captured.ts';
import { hostFolder, type StaticHost } from '../server/cli/static-host.ts';
import { expectReachable } from '../e2e/support/access.ts';
import { apart, bars, type Bars, settledBars } from '../e2e/support/answers-shown.ts';
import { answeredBy, digitTraces, draw, go, installModels, modelCard } from '../e2e/support/app.ts';
import type { Device } from '../e2e/support/device.ts';
import { loudnessOfWave, wave, writeHearingPage } from '../e2e/support/hearing-page.ts';
import { plainPng } from '../e2e/support/pictures.ts';
import { unpackPage } from '../e2e/support/saved-page.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { createFirefox, fakeDevices, savedFile } from './support/firefox.ts';
import { shoot } from './support/shots.ts';

/** What the app, or the command, and the page may be apart. */
const within = 1e-5;
/** Where the picture is one that the browser made smaller. */
const withinOfPictures = 1e-4;
/** Where the pads of app and page lie at other fractions of a pixel: this Firefox draws at whole ones, as whoever drives it points. */
const withinOfDrawings = 1e-3;

const places = ['a host', 'the disk'] as const;
type Place = (typeof places)[number];

let folder: string;
let server: RunningServer;
let device: Device;
let host: StaticHost;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-firefox-pages-'));
  server = await startServer();
  device = await createFirefox();
  host = await hostFolder(folder);
});
afterAll(async () => {
  await device.close();
  await host.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => expect(device.complaints.splice(0)).toEqual([]));

/** A page that was put below `folder`. */
function openPage(place: Place, name: string, on: Device = device): Promise<Page> {
  const path = join(name, 'index.html');
  return on.open(place === 'a host' ? `${host.url}/${path}` : pathToFileURL(join(folder, path)).href);
}

/** From a host: what looks is let read no style of a page that was opened as a file. */
async function expectReachableAt(place: Place, page: Page): Promise<void> {
  if (place === 'a host') await expectReachable(page);
}

/** @returns what the command says */
async function asAdmin(args: readonly string[], stdin = ''): Promise<string> {
  const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
  const outcome = await haversack(folder, args, { env, stdin });
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.out;
}

/** What the command predicts, by label. */
async function predicted(model: string, names: readonly string[], stdin: string): Promise<Bars> {
  const said = await asAdmin(['predict', model, '--input', '-', '--json'], stdin);
  const { rows } = JSON.parse(said) as { rows: [{ probabilities: number[] }] };
  return Object.fromEntries(names.map((name, i) => [name, rows[0].probabilities[i]!]));
}

describe('the page of a model of drawings', () => {
  let inApp: Bars;

  async function drawn(page: Page): Promise<Bars> {
    const { size, traces } = await digitTraces();
    await draw(page, traces[3]!.strokes, size);
    return settledBars(page);
  }

  it('is saved in the app', async () => {
    const app = await device.open(server.url);
    await installModels(app, ['digits']);
    await go(app, '#/use/digits');
    await answeredBy(app, 'digits', 1);
    inApp = await drawn(app);
    await go(app, '#/library');
    const card = modelCard(app, 'digits');
    await card.getByText(/^\d+ versions?$/).click();
    await card.locator('summary.icon-only').first().click();
    await card.getByRole('button', { name: 'Save as a page' }).click();
    await app.getByLabel('Licence of the model').fill('MIT-0');
    await app.getByRole('button', { name: 'Save', exact: true }).click();
    await unpackPage(await savedFile(device, 'digits-page.zip'), join(folder, 'digits'));
    await app.close();
  });

  it.each(places)('answers as the app does, from %s', async place => {
    const page = await openPage(place, 'digits');
    await page.locator('canvas.pad-canvas').waitFor();
    expect(apart(await drawn(page), inApp)).toBeLessThan(withinOfDrawings);
    await expectReachableAt(place, page);
    await shoot(device, page, `page-digits-${place.replace(' ', '-')}`);
    await page.close();
  });
});

describe('the page of a model of numbers', () => {
  let byCommand: Bars;

  beforeAll(async () => {
    await asAdmin(['page', 'iris', '-o', 'iris']);
    byCommand = await predicted('iris', ['setosa', 'versicolor', 'virginica'], '6.3,2.9,4.9,1.7\n');
  });

  it.each(places)('answers as the command does, from %s', async place => {
    const page = await openPage(place, 'iris');
    const fields = page.locator('input[inputmode="decimal"]');
    for (const [i, value] of ['6.3', '2.9', '4.9', '1.7'].entries()) await fields.nth(i).fill(value);
    expect(apart(await settledBars(page), byCommand)).toBeLessThan(within);
    await expectReachableAt(place, page);
    await shoot(device, page, `page-iris-${place.replace(' ', '-')}`);
    await page.close();
  });
});

describe('the page of a model of photos', () => {
  const colour = [200, 90, 30] as const;
  let byCommand: Bars;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    await writeFile(join(folder, 'tm.zip'), await exportedZip());
    await asAdmin(['push', 'tm.zip', '--model', 'things']);
    await asAdmin(['page', 'things@1', '-o', 'things.zip']);
    await unpackPage(new Uint8Array(await readFile(join(folder, 'things.zip'))), join(folder, 'things'));
    const pixels = Array.from({ length: imageSize ** 2 }, () => colour.map(byte => byte / 127.5 - 1)).flat();
    const { inputs } = JSON.parse(await asAdmin(['inspect', 'things@1', '--json'])) as {
      inputs: [{ name: string }];
    };
    const shape = [1, imageSize, imageSize, 3];
    const data = { inputs: [{ name: inputs[0].name, shape, datatype: 'FP32', data: pixels }] };
    byCommand = await predicted('things@1', labels, JSON.stringify(data));
  });

  it.each(places)('answers to a file as the command does, from %s', async place => {
    const page = await openPage(place, 'things');
    await page.locator('input[type="file"]').setInputFiles(await plainPng(page, colour));
    expect(apart(await settledBars(page), byCommand)).toBeLessThan(withinOfPictures);
    await expectReachableAt(place, page);
    await shoot(device, page, `page-things-${place.replace(' ', '-')}`);
    await page.close();
  });

  it.each(places)('says that there is no camera where there is none, from %s', async place => {
    const page = await openPage(place, 'things');
    await page.getByRole('button', { name: 'Turn on the camera' }).click();
    await page.getByText('No camera was found.').waitFor();
    await shoot(device, page, `page-things-no-camera-${place.replace(' ', '-')}`);
    await page.close();
  });
});

describe('the page of a model of sounds', () => {
  beforeAll(() => writeHearingPage(join(folder, 'loudness')));

  it.each(places)('answers to a file, from %s', async place => {
    const page = await openPage(place, 'loudness');
    await page.locator('input[type="file"]').setInputFiles(wave);
    const { loud, quiet } = await settledBars(page);
    expect(loud).toBeCloseTo(loudnessOfWave, 4);
    expect(quiet).toBeCloseTo(1 - loudnessOfWave, 4);
    await expectReachableAt(place, page);
    await shoot(device, page, `page-sound-${place.replace(' ', '-')}`);
    await page.close();
  });

  it('says why it has no microphone when it is opened from the disk', async () => {
    const page = await openPage('the disk', 'loudness');
    await page.getByText('Opened from a disk, a page is not given the microphone.').waitFor();
    await page.close();
  });
});

describe('in a Firefox with a camera and a microphone', () => {
  let equipped: Device;

  beforeAll(async () => {
    equipped = await createFirefox({}, fakeDevices);
  });
  afterAll(async () => {
    expect(equipped.complaints).toEqual([]);
    await equipped.close();
  });

  it.each(places)('a page of photos answers to the camera, from %s', async place => {
    const page = await openPage(place, 'things', equipped);
    await page.getByRole('button', { name: 'Turn on the camera' }).click();
    await expect.poll(async () => Object.keys(await bars(page)), { timeout: 60_000 }).toEqual(labels);
    await shoot(equipped, page, `page-things-camera-${place.replace(' ', '-')}`);
    await page.close();
  });

  it('a page of sounds answers to the microphone, from a host; where no sound runs, it says that it does not start', async () => {
    const page = await openPage('a host', 'loudness', equipped);
    await page.getByRole('button', { name: 'Turn on the microphone' }).click();
    if (await page.evaluate(soundRuns)) {
      await expect
        .poll(async () => Object.keys(await bars(page)), { timeout: 60_000 })
        .toEqual(['loud', 'quiet']);
    } else {
      console.warn('! Firefox hears nothing on a machine without any sound output.');
      await page.getByText('The microphone did not start.').waitFor({ timeout: 60_000 });
      expect(await bars(page)).toEqual({});
    }
    await shoot(equipped, page, 'page-sound-microphone');
    await page.close();
  });
});

/** In a page that was tapped. @returns whether a context of sound begins to run there within half a minute */
async function soundRuns(): Promise<boolean> {
  const context = new AudioContext();
  const begun = context.resume().then(() => true);
  const runs = await Promise.race([
    begun,
    new Promise<false>(resolve => setTimeout(() => resolve(false), 30_000)),
  ]);
  void context.close();
  return runs;
}
