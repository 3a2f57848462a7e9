// A newcomer's own model that hears: two sounds before a microphone, without a network, in as few taps as it takes. The
// microphone is Chromium's fake one, which plays a track made here.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectReachable, smallTargets, violations } from './support/access.ts';
import { go } from './support/app.ts';
import { Device } from './support/device.ts';
import { keptOffline } from './support/kept-offline.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { type Heard, heardNow, listenAlong, microphoneArguments, writeTrack } from './support/sound-track.ts';

/** Long enough for the seconds that are held, and the track comes again where a slow machine needs longer. */
const secondsEach = 6;
const secondsHeld = 3;

let folder: string;
let server: RunningServer;
let device: Device;
let page: Page;
let taps = 0;

async function tap(target: Locator): Promise<void> {
  await target.click();
  taps += 1;
}

async function secondsOf(label: string): Promise<number> {
  const card = page.getByRole('region', { name: label, exact: true });
  return Number.parseInt(await card.getByRole('status').first().innerText(), 10);
}

/** Presses as the sound begins, and lets go once there are enough seconds of it. @param sound null: whatever comes first */
async function hold(label: string, sound: Heard | null): Promise<void> {
  const isHeard = (): Promise<boolean> => heardNow(page).then(heard => heard === sound);
  if (sound) await expect.poll(isHeard, { timeout: 60_000, interval: 20 }).toBe(true);
  await page.getByRole('button', { name: `Hold to record ${label}`, exact: true }).hover();
  await page.mouse.down();
  taps += 1;
  await expect
    .poll(() => secondsOf(label), { timeout: 60_000, interval: 20 })
    .toBeGreaterThanOrEqual(secondsHeld);
  await page.mouse.up();
}

/** Waits until the sound is heard and is called that. */
async function isCalled(sound: Heard, label: string, word: string): Promise<void> {
  const look = async () => ({ heard: await heardNow(page), said: await page.locator(word).innerText() });
  await expect
    .poll(look, { timeout: 60_000 })
    .toEqual({ heard: sound, said: expect.stringMatching(new RegExp(`^${label}`)) });
}

describe('a model of one’s own that hears', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haversack-track-'));
    const track = join(folder, 'sounds.wav');
    await writeTrack(track, ['hum', 'chirp'], secondsEach);
    server = await startServer(['--no-demo']);
    device = await Device.create({ args: microphoneArguments(track) });
    page = await device.open('about:blank');
    await listenAlong(page);
    await page.goto(server.url);
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('asks what it is to learn from, and needs no model of the library to hear', async () => {
    const begin = page.getByRole('main').getByRole('link', { name: 'New model' });
    await begin.waitFor();
    taps = 0;
    await tap(begin);
    const sounds = page.getByRole('link', { name: 'Sounds' });
    await sounds.waitFor();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    await tap(sounds);
    await page.getByRole('button', { name: 'Turn on the microphone' }).waitFor();
    // The app, what listens and what runs it are kept by then: from here on there is no network.
    await keptOffline(page);
    await server.stop();
  });

  it('answers right after two holds, offline', async () => {
    await hold('Class 1', null);
    await hold('Class 2', 'chirp');
    await isCalled('chirp', 'Class 2', '.live-word');
    await isCalled('hum', 'Class 1', '.live-word');
    expect(taps).toBe(4);
  });

  it('has nothing that axe finds, or a thumb would miss, with sounds on it', async () => {
    await expectReachable(page);
  });

  it('becomes a model with two more taps, which answers to the microphone in Use', async () => {
    taps = 0;
    await tap(page.getByRole('button', { name: 'Finish', exact: true }));
    await tap(page.getByRole('button', { name: 'Make it', exact: true }));
    await page.getByRole('heading', { name: 'Judge my-model' }).waitFor({ timeout: 60_000 });
    expect(taps).toBe(2);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await go(page, '#/use/my-model');
    await page.getByRole('button', { name: 'Turn on the microphone' }).click();
    await isCalled('hum', 'Class 1', 'output.answer-word');
    await page.getByRole('button', { name: 'Hold this second' }).click();
    await page.getByRole('img', { name: 'The second that is held' }).waitFor();
    await expectReachable(page);
  });

  it('keeps an answer as a record without its sound, and what somebody corrects as an example', async () => {
    await page.getByRole('button', { name: 'Keep this answer' }).click();
    await page.getByText('Kept as a record.').waitFor();
    const choice = page.getByRole('group', { name: 'Choose the right answer' });
    await choice.getByRole('button', { name: 'Class 2' }).click();
    await page.getByText('Kept as an example: Class 2').waitFor();
    await go(page, '#/records');
    await page.getByText('1 record', { exact: true }).waitFor();
    await page.getByText('It is Class 2').waitFor();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    expect(device.complaints).toEqual([]);
  });
});
