// A newcomer's own model: two things before a phone's camera, without a network, in as few taps as it takes. The camera is
// Chromium's fake one, which plays a film made here; the processor is slowed to a quarter.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haversack } from '../server/cli/captured.ts';
import { expectReachable, smallTargets, violations } from './support/access.ts';
import { go, modelCard } from './support/app.ts';
import { cameraArguments, type Thing, thingInFront, writeFilm } from './support/camera-film.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

/** What `haversack demo add teach` brings. */
const base = 'teach-base';
const red: Thing = { shape: 'disc', colour: [214, 48, 40], ground: [206, 196, 176] };
const blue: Thing = { shape: 'square', colour: [38, 70, 196], ground: [206, 196, 176] };
/** Short, so that little is waited for; where a slow machine needs longer for a thing, it comes again. */
const secondsEach = 5;
const photosEach = 8;

let folder: string;
let server: RunningServer;
let device: Device;
let page: Page;
let taps = 0;

async function tap(target: Locator): Promise<void> {
  await target.click();
  taps += 1;
}

function classCard(label: string): Locator {
  return page.getByRole('region', { name: label, exact: true });
}

/**
 * Presses and holds while the thing is before the camera, until there are enough photos, and lets go. Where the thing went
 * before that, waits for it and goes on: that is the film's fault, and counts as no tap.
 * @param thing null: whatever is there once the camera is on
 * @returns what was held up
 */
async function hold(label: string, thing: Thing | null): Promise<Thing> {
  taps += 1;
  let held = thing;
  do {
    if (held) await expect.poll(inFront, { timeout: 60_000 }).toBe(held);
    await page.getByRole('button', { name: `Hold to record photos of ${label}`, exact: true }).hover();
    await page.mouse.down();
    await expect.poll(inFront, { timeout: 60_000 }).not.toBe(null);
    held ??= await inFront();
    await expect
      .poll(async () => (await photosOf(label)) >= photosEach || (await inFront()) !== held, {
        timeout: 60_000,
      })
      .toBe(true);
    await page.mouse.up();
  } while ((await photosOf(label)) < photosEach);
  return held!;
}

function inFront(): Promise<Thing | null> {
  return thingInFront(page, [red, blue]);
}

async function photosOf(label: string): Promise<number> {
  const text = await classCard(label).getByRole('status').first().innerText();
  return Number.parseInt(text, 10);
}

/** Waits until the thing is before the camera and is called that. */
async function isCalled(thing: Thing, label: string): Promise<void> {
  const look = async () => ({
    thing: await inFront(),
    said: await page.locator('.live-word').allInnerTexts(),
  });
  await expect.poll(look, { timeout: 90_000 }).toEqual({ thing, said: [label] });
}

describe('a model of one’s own', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haversack-film-'));
    const film = join(folder, 'things.y4m');
    await writeFilm(film, [red, blue], secondsEach);
    server = await startServer(['--no-demo']);
    const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
    expect(await haversack(folder, ['demo', 'add', 'teach', '--yes'], { env })).toMatchObject({ code: 0 });
    device = await Device.create({ args: cameraArguments(film) });
    page = await device.open(server.url);
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('says what is missing while no model can see, and gets one with a tap', async () => {
    await go(page, '#/new/photo');
    await page.getByRole('heading', { name: 'No model here can see yet' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: `Get ${base}` }).click();
    await page.getByText('How it sees').waitFor({ timeout: 60_000 });
    await go(page, '#/library');
    await modelCard(page, base).getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
  });

  it('answers right after two holds, offline, on a slow phone', async () => {
    await go(page, `#/use/${base}`);
    await server.stop();
    const slow = await page.context().newCDPSession(page);
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const started = performance.now();
    taps = 0;
    await tap(page.getByRole('main').getByRole('link', { name: 'New model' }));
    await tap(page.getByRole('link', { name: 'Photos' }));
    const first = await hold('Class 1', null);
    const second = first === red ? blue : red;
    await hold('Class 2', second);
    await isCalled(second, 'Class 2');
    await isCalled(first, 'Class 1');
    expect(taps).toBe(4);
    console.info(`From "New model" to right answers: ${Math.round((performance.now() - started) / 1000)} s.`);
  });

  it('has nothing that axe finds, or a thumb would miss, with photos on it', async () => {
    await expectReachable(page);
  });

  it('becomes a model with two more taps, which answers to the camera in Use', async () => {
    taps = 0;
    await tap(page.getByRole('button', { name: 'Finish', exact: true }));
    await tap(page.getByRole('button', { name: 'Make it', exact: true }));
    await page.getByRole('heading', { name: 'Judge my-model' }).waitFor({ timeout: 60_000 });
    expect(taps).toBe(2);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await go(page, '#/use/my-model');
    await page.getByRole('button', { name: 'Turn on the camera' }).click();
    await expect.poll(answered, { timeout: 60_000 }).toMatch(/Class [12]/);
    await page.getByRole('button', { name: 'Hold this picture' }).click();
    await page.getByRole('img', { name: 'The picture that is held' }).waitFor();
    await expect.poll(answered).toMatch(/Class [12]/);
    await expectReachable(page);
  });

  it('keeps what somebody corrects as an example to learn from, and what somebody keeps as a record', async () => {
    await page.getByRole('button', { name: 'Keep this answer' }).click();
    await page.getByText('Kept as a record.').waitFor();
    const choice = page.getByRole('group', { name: 'Choose the right answer' });
    await choice.getByRole('button', { name: 'Class 2' }).click();
    await page.getByText('Kept as an example: Class 2').waitFor();
    await go(page, '#/records');
    await page.getByText('1 record', { exact: true }).waitFor();
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    await page.getByText('What is it?').click();
    await page.getByRole('button', { name: 'Class 1' }).click();
    await page.getByText('It is Class 1').waitFor();
    expect(device.complaints).toEqual([]);
  });
});

function answered(): Promise<string> {
  return page.locator('output.answer-word').innerText();
}
