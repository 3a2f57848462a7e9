// A model of one's own from drawings: three signs drawn by a finger on a phone, without a network, to a model that tells new
// ones apart, in as few taps as it takes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/data/random.ts';
import { haversack } from '../server/cli/captured.ts';
import { expectReachable } from './support/access.ts';
import { go, installModels } from './support/app.ts';
import { Device } from './support/device.ts';
import { type Finger, fingerOn, type Trail } from './support/finger.ts';
import { keptOffline } from './support/kept-offline.ts';
import { type RunningServer, startServer } from './support/server.ts';

/** What `haversack demo add teach` brings. */
const base = 'teach-base';
const drawingsEach = 6;

/** A busy machine takes its time. */
const patience = { timeout: 60_000 };

/** A sign: its strokes, somewhere and of some size. */
type Sign = (random: () => number) => readonly Trail[];

const signs: Readonly<Record<string, Sign>> = {
  'Class 1': random => {
    const { x, y, size } = somewhere(random);
    const circle = Array.from({ length: 25 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 24 - Math.PI / 2;
      return [x + size * Math.cos(angle), y + size * Math.sin(angle)] as const;
    });
    return [circle];
  },
  'Class 2': random => {
    const { x, y, size } = somewhere(random);
    return [
      line([x - size, y - size], [x + size, y + size]),
      line([x + size, y - size], [x - size, y + size]),
    ];
  },
  'Class 3': random => {
    const { x, y, size } = somewhere(random);
    return [line([x - size, y], [x + size, y + 0.1 * (random() - 0.5)])];
  },
};

function somewhere(random: () => number) {
  const place = () => 0.5 + 0.16 * (random() - 0.5);
  return { x: place(), y: place(), size: 0.24 + 0.12 * random() };
}

function line(from: readonly [number, number], to: readonly [number, number]): Trail {
  return Array.from({ length: 9 }, (_, i) => {
    return [from[0] + (i / 8) * (to[0] - from[0]), from[1] + (i / 8) * (to[1] - from[1])] as const;
  });
}

let folder: string;
let server: RunningServer;
let device: Device;
let page: Page;
let finger: Finger;
let taps = 0;
const random = seededRandom(11);

async function tap(target: Locator): Promise<void> {
  await target.click();
  taps += 1;
}

function pad(): Locator {
  return page.locator('canvas.pad-canvas');
}

async function draw(label: string, before?: () => Promise<void>): Promise<void> {
  const strokes = signs[label]!(random.uniform);
  for (const [i, trail] of strokes.entries()) {
    await finger.draw(pad(), trail, i + 1 === strokes.length ? before : undefined);
  }
}

function countOf(label: string): Promise<string> {
  const card = page.getByRole('region', { name: label, exact: true });
  return card.getByRole('status').first().innerText();
}

function answered(): Promise<string> {
  return page.locator('output.answer-word').innerText();
}

/** Where the pad is on the screen, and how far the page is scrolled. */
async function places() {
  return { pad: await pad().boundingBox(), scrolled: await page.evaluate(() => Math.round(scrollY)) };
}

describe('a model of one’s own, from drawings', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'haversack-drawing-'));
    server = await startServer(['--no-demo']);
    const env = { HAVERSACK_URL: server.url, HAVERSACK_KEY: await server.adminKey() };
    expect(await haversack(folder, ['demo', 'add', 'teach', '--yes'], { env })).toMatchObject({ code: 0 });
    device = await Device.create();
    page = await device.open(server.url);
    finger = fingerOn(await page.context().newCDPSession(page));
  });
  afterAll(async () => {
    expect(device.complaints).toEqual([]);
    await device.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is drawn offline: a tap a drawing, and what it says follows the finger', async () => {
    await installModels(page, [base]);
    await go(page, `#/use/${base}`);
    await page.getByRole('main').getByRole('link', { name: 'New model' }).waitFor();
    await keptOffline(page);
    await server.stop();
    await tap(page.getByRole('main').getByRole('link', { name: 'New model' }));
    await tap(page.getByRole('link', { name: 'Photos' }));
    await tap(page.getByRole('tab', { name: 'Draw' }));
    await tap(page.getByRole('button', { name: 'Add a class' }));
    for (let nth = 0; nth < drawingsEach; nth++) {
      for (const label of Object.keys(signs)) {
        await draw(label);
        await tap(page.getByRole('button', { name: `Add the drawing to ${label}`, exact: true }));
        await expect.poll(() => countOf(label), patience).toBe(nth === 0 ? '1 photo' : `${nth + 1} photos`);
      }
    }
    expect(taps).toBe(4 + 3 * drawingsEach);
    for (const label of Object.keys(signs)) {
      await draw(label, () => expect.poll(said, patience).toEqual([label]));
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await expect.poll(said, patience).toEqual([]);
    }
  });

  it('lets a finger draw without moving the page, with the pad in sight beside the last class', async () => {
    await page.getByRole('button', { name: /^Draw something first, for Class 3/ }).scrollIntoViewIfNeeded();
    await page.evaluate(() => scrollBy(0, 200));
    const before = await places();
    expect(before.scrolled).toBeGreaterThan(0);
    await draw('Class 2');
    expect(await places()).toEqual(before);
    await expect(page.getByRole('button', { name: 'Add the drawing to Class 3' }).isVisible()).resolves.toBe(
      true,
    );
    await expectReachable(page);
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
  });

  it('becomes a model with two more taps, which answers to new drawings in Use', async () => {
    taps = 0;
    await tap(page.getByRole('button', { name: 'Finish', exact: true }));
    await tap(page.getByRole('button', { name: 'Make it', exact: true }));
    await page.getByRole('heading', { name: 'Judge my-model' }).waitFor(patience);
    expect(taps).toBe(2);
    await page.getByRole('button', { name: 'Use it now' }).click();
    await go(page, '#/use/my-model');
    // Whoever drew is asked to draw.
    await pad().waitFor();
    for (const label of Object.keys(signs)) {
      await draw(label, () => expect.poll(answered, patience).toContain(label));
      await expectReachable(page);
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await expect.poll(answered, patience).toContain('Draw');
    }
  });

  it('learns from a drawing that somebody corrects, and keeps one as a record', async () => {
    await draw('Class 1');
    await expect.poll(answered, patience).toContain('Class 1');
    await page.getByRole('button', { name: 'Keep this answer' }).click();
    await page.getByText('Kept as a record.').waitFor();
    const choice = page.getByRole('group', { name: 'Choose the right answer' });
    await choice.getByRole('button', { name: 'Class 2' }).click();
    await page.getByText('Kept as an example: Class 2').waitFor();
    await page.getByText('Draw here').waitFor();
    await go(page, '#/records');
    await page.getByText('1 record', { exact: true }).waitFor();
  });
});

function said(): Promise<string[]> {
  return page.locator('.live-word').allInnerTexts();
}
