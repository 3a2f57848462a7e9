// A model taken away as a page: from the app without a network, and by the command; opened from a host of files and from the
// disk, it answers as the app does, and asks nobody for anything.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exported, labels, trained } from '../core/import/teachable-machine/exported.ts';
import { haversack } from '../server/cli/captured.ts';
import { hostFolder, type StaticHost } from '../server/cli/static-host.ts';
import { expectReachable } from './support/access.ts';
import { apart, bars, settledBars } from './support/answers-shown.ts';
import { digitTraces, draw, go, installModels, modelCard } from './support/app.ts';
import { Device } from './support/device.ts';
import { builtWasm, loudnessOfWave, wave, writeHearingPage } from './support/hearing-page.ts';
import { openFromDisk } from './support/opaque-file.ts';
import { plainPng } from './support/pictures.ts';
import { downloadPage, unpackPage } from './support/saved-page.ts';
import { type RunningServer, startServer } from './support/server.ts';

/** What the app and the page may be apart. */
const within = 1e-5;

let folder: string;
let server: RunningServer;
let device: Device;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-page-'));
  server = await startServer();
  device = await Device.create({
    args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  });
});
afterAll(async () => {
  expect(device.complaints).toEqual([]);
  await device.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a page that the command wrote', () => {
  let host: StaticHost;

  beforeAll(async () => {
    host = await hostFolder(folder);
  });
  afterAll(() => host.close());

  it('asks for numbers where the model takes columns, and answers as the command does', async () => {
    const env = { HAVERSACK_URL: server.url };
    const made = await haversack(folder, ['page', 'iris', '-o', 'iris', '--json'], { env });
    expect(made).toMatchObject({ code: 0 });
    expect(JSON.parse(made.out)).toMatchObject({ model: 'iris', out: 'iris' });
    const predict = ['predict', 'iris', '--input', '-', '--json'];
    const said = await haversack(folder, predict, { env, stdin: '6.3,2.9,4.9,1.7\n' });
    const { rows } = JSON.parse(said.out) as { rows: [{ probabilities: number[] }] };
    const page = await device.open(`${host.url}/iris/index.html`);
    const fields = page.locator('input[inputmode="decimal"]');
    for (const [i, value] of ['6.3', '2.9', '4.9', '1.7'].entries()) await fields.nth(i).fill(value);
    const shown = Object.values(await settledBars(page));
    shown.forEach((value, i) => expect(value).toBeCloseTo(rows[0].probabilities[i]!, 5));
    await expectReachable(page);
    await page.close();
  });

  it('takes photos where the model takes pixels, and answers as the command does', async () => {
    await tf.setBackend('cpu');
    const model = trained();
    const files = await exported(model);
    model.dispose();
    const zip = zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
    await writeFile(join(folder, 'tm.zip'), zip);
    const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
    const pushed = await haversack(folder, ['push', 'tm.zip', '--model', 'things'], { env });
    expect(pushed).toMatchObject({ code: 0 });
    const made = await haversack(folder, ['page', 'things@1', '-o', 'things.zip'], { env });
    expect(made).toMatchObject({ code: 0 });
    await unpackPage(new Uint8Array(await readFile(join(folder, 'things.zip'))), join(folder, 'things'));

    const page = await device.open(`${host.url}/things/index.html`);
    const colour = [200, 90, 30] as const;
    await page.locator('input[type="file"]').setInputFiles(await plainPng(page, colour));
    const shown = await settledBars(page);
    expect(Object.keys(shown)).toEqual(labels);
    const pixels = Array.from({ length: 224 * 224 }, () => colour.map(byte => byte / 127.5 - 1)).flat();
    const data = { inputs: [{ name: 'x', shape: [1, 224, 224, 3], datatype: 'FP32', data: pixels }] };
    const inspected = await haversack(folder, ['inspect', 'things@1', '--json'], { env });
    const [input] = (JSON.parse(inspected.out) as { inputs: [{ name: string }] }).inputs;
    data.inputs[0]!.name = input.name;
    const predict = ['predict', 'things@1', '--input', '-', '--json'];
    const said = await haversack(folder, predict, { env, stdin: JSON.stringify(data) });
    const { rows } = JSON.parse(said.out) as { rows: [{ probabilities: number[] }] };
    Object.values(shown).forEach((value, i) => expect(value).toBeCloseTo(rows[0].probabilities[i]!, 4));
    await page.getByText('not said', { exact: true }).waitFor();
    await expectReachable(page);
    await page.close();
  });

  it('is refused for a model that a page cannot ask for, in three lines', async () => {
    await writeFile(join(folder, 'plain.onnx'), await readFile(join(folder, 'things', 'model.onnx')));
    const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
    expect(await haversack(folder, ['push', 'plain.onnx', '--model', 'plain'], { env })).toMatchObject({
      code: 0,
    });
    const refused = await haversack(folder, ['page', 'plain', '-o', 'plain'], { env });
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/An input does not fit the model\.\n.*one input that says what it is/);
  });
});

describe('a page whose model hears', () => {
  let home: string;
  let host: StaticHost;

  beforeAll(async () => {
    home = join(folder, 'loudness');
    await writeHearingPage(home);
    host = await hostFolder(home);
  });
  afterAll(() => host.close());

  it('answers to a file, opened from the disk, and says why it has no microphone there', async () => {
    const page = await device.open(pathToFileURL(join(home, 'index.html')).href);
    await page.getByText('Opened from a disk, a page is not given the microphone.').waitFor();
    await page.locator('input[type="file"]').setInputFiles(wave);
    const { loud, quiet } = await settledBars(page);
    expect(loud).toBeCloseTo(loudnessOfWave, 4);
    expect(quiet).toBeCloseTo(1 - loudnessOfWave, 4);
    await page.close();
  });

  it('has a runtime that starts where the origin of a file is opaque', async () => {
    const model = new Uint8Array(await readFile(join(home, 'model.onnx')));
    expect(await openFromDisk(join(home, 'runtime.js'), await builtWasm(), model)).toEqual(['x']);
  });

  it('answers to the microphone, from a host', async () => {
    const page = await device.open(`${host.url}/index.html`);
    await page.getByRole('button', { name: 'Turn on the microphone' }).click();
    await expect
      .poll(async () => Object.keys(await bars(page)), { timeout: 30_000 })
      .toEqual(['loud', 'quiet']);
    await expectReachable(page);
    await page.close();
  });
});

describe('a page that was saved in the app', () => {
  let home: string;
  let host: StaticHost;
  let strokes: Awaited<ReturnType<typeof digitTraces>>['traces'][number]['strokes'];
  let size: number;
  let inApp: Record<string, number>;

  afterAll(() => host.close());

  it('is a zip that is made without a network', async () => {
    const app = await device.open(server.url);
    await installModels(app, ['digits']);
    await app.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await modelCard(app, 'digits').getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
    await go(app, '#/use/digits');
    const drawings = await digitTraces();
    ({ size } = drawings);
    ({ strokes } = drawings.traces[3]!);
    await draw(app, strokes, size);
    await expect.poll(async () => Object.keys(await bars(app)).length).toBe(10);
    await go(app, '#/library');
    await server.stop();
    await modelCard(app, 'digits')
      .getByText(/^\d+ versions?$/)
      .click();
    await modelCard(app, 'digits').locator('summary.icon-only').first().click();
    await modelCard(app, 'digits').getByRole('button', { name: 'Save as a page' }).click();
    await app.getByLabel('Licence of the model').fill('MIT-0');
    await expectReachable(app);
    const { name, zip } = await downloadPage(app);
    expect(name).toBe('digits-page.zip');
    console.info(`The page of digits has ${Math.round(zip.length / 1000)} kB.`);
    home = join(folder, 'digits');
    await unpackPage(zip, home);
    host = await hostFolder(home);
    await go(app, '#/use/digits');
    await draw(app, strokes, size);
    await app.locator('output.answer-word').filter({ hasText: /\d/ }).waitFor();
    inApp = await settledBars(app);
    await app.close();
  });

  it('answers as the app did, from a host of files', async () => {
    const page = await device.open(host.url);
    await page.locator('canvas.pad-canvas').waitFor();
    await draw(page, strokes, size);
    expect(apart(await settledBars(page), inApp)).toBeLessThan(within);
    await page.getByText('MIT-0', { exact: true }).waitFor();
    await expectReachable(page);
    const beside = ['/', '/page.css', '/page.js', '/runtime.js', '/runtime-wasm.js', '/model.js'];
    expect([...new Set(host.asked)].sort()).toEqual(beside.sort());
    await page.close();
  });

  it('answers the same when it is opened from the disk', async () => {
    const page = await device.open(pathToFileURL(join(home, 'index.html')).href);
    await page.locator('canvas.pad-canvas').waitFor();
    await draw(page, strokes, size);
    expect(apart(await settledBars(page), inApp)).toBeLessThan(within);
    await page.close();
  });

  it('says which file is missing, and what to do', async () => {
    await rm(join(home, 'model.js'));
    const page = await device.open(host.url);
    const alert = page.getByRole('alert');
    await alert.getByText('model.js is not beside the page').waitFor();
    await alert.getByText('Unpack the whole zip into one folder').waitFor();
    await page.close();
  });
});
