// Every screen, for whoever comes: with a screen reader, a keyboard alone, a thumb, large type, a phone on its side.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sideways, smallTargets, violations } from './support/access.ts';
import { answeredBy, go } from './support/app.ts';
import { Device } from './support/device.ts';
import { furnish, speak } from './support/furnish.ts';
import { screens, show, startTraining } from './support/screens.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { shownStep } from './support/training.ts';

const phone = { width: 390, height: 844 };
const onItsSide = { width: 844, height: 390 };
const desk = { width: 1280, height: 800 };
/** What is left of a window of 1280 by 800 at 200%. */
const zoomed = { width: 640, height: 400 };

describe('every screen', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;

  beforeAll(async () => {
    server = await startServer();
    device = await Device.create();
    page = await device.open(server.url);
    await furnish(page, server);
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  /** What is found on each screen, with the screen's name. */
  async function everywhere(look: (page: Page) => Promise<string[]>): Promise<string[]> {
    const found: string[] = [];
    for (const screen of screens) {
      await show(page, screen);
      for (const one of await look(page)) found.push(`${screen.name}: ${one}`);
    }
    return found;
  }

  async function scrollsSideways(): Promise<string[]> {
    return everywhere(async () => {
      const px = await sideways(page);
      return px > 0 ? [`${px} px`] : [];
    });
  }

  it('has nothing that axe finds, and nothing a thumb would miss, on a phone', async () => {
    await page.setViewportSize(phone);
    expect(
      await everywhere(async () => [...(await violations(page)), ...(await smallTargets(page))]),
    ).toEqual([]);
    expect(await scrollsSideways()).toEqual([]);
  });

  it('does not scroll sideways on a phone that lies on its side, nor at 200%', async () => {
    for (const size of [onItsSide, zoomed]) {
      await page.setViewportSize(size);
      expect(await scrollsSideways()).toEqual([]);
    }
  });

  it('is the same while a model learns, and nothing on it moves as the figures change', async () => {
    await page.setViewportSize(phone);
    await startTraining(page);
    expect(await page.evaluate(() => document.activeElement?.closest('.teach-running'))).not.toBe(null);
    expect([...(await violations(page)), ...(await smallTargets(page))]).toEqual([]);
    expect(await sideways(page)).toBe(0);
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    const heights = () =>
      page
        .locator('.teach-running .stack > *')
        .evaluateAll(parts => parts.map(part => `${part.getAttribute('class')} ${part.clientHeight}`));
    const [before, { step }] = [await heights(), await shownStep(page)];
    await expect.poll(async () => (await shownStep(page)).step).toBeGreaterThan(step);
    expect(await heights()).toEqual(before);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByRole('button', { name: 'Go on', exact: true }).waitFor();
    expect(await heights()).toEqual(before);
    await stop.click();
    await page.getByRole('button', { name: 'Start training' }).waitFor();
  });

  it('has nothing that axe finds on a desk, dark, in Chinese, and is at home in a phone’s width there too', async () => {
    await speak(page, 'zh-CN');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(desk);
    const found = await everywhere(violations);
    await page.setViewportSize(phone);
    const wide = await scrollsSideways();
    await page.emulateMedia({ colorScheme: 'light' });
    await speak(page, 'en');
    expect([...found, ...wide]).toEqual([]);
  });

  it('shows which place one is in when the system has its own few colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await go(page, '#/library');
    const here = page.locator('.nav a[aria-current="page"]');
    const other = page.locator('.nav a:not([aria-current])').first();
    const border = (of: typeof here) => of.evaluate(element => getComputedStyle(element).borderTopWidth);
    expect(await border(here)).not.toBe(await border(other));
    await page.emulateMedia({ forcedColors: 'none' });
  });

  it('stands still for whoever asked for less motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await go(page, '#/use/iris');
    await answeredBy(page, 'iris', 2);
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .map(element => getComputedStyle(element))
        .filter(({ transitionDuration }) => Number.parseFloat(transitionDuration) > 0)
        .map(({ transitionProperty }) => transitionProperty),
    );
    expect(moving).toEqual([]);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  describe('without a pointer', () => {
    beforeAll(async () => {
      await page.setViewportSize(desk);
      await page.goto(`${server.url}/#/use/digits`);
      await page.reload();
      await answeredBy(page, 'digits', 1);
    });

    /** Presses Tab until what has the focus is `wanted`; answers how often. */
    async function tabTo(wanted: string): Promise<number> {
      for (let presses = 1; presses <= 40; presses++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate(selector => document.activeElement?.matches(selector), wanted))
          return presses;
      }
      throw new Error(`Tab does not lead to ${wanted}.`);
    }

    it('skips to the content first, and to the models with the second press of Tab', async () => {
      expect(await tabTo('.skip')).toBe(1);
      expect(await tabTo('header select')).toBe(2);
      await page.keyboard.press('ArrowDown');
      await answeredBy(page, 'iris', 2);
      await page.keyboard.press('ArrowUp');
      await answeredBy(page, 'digits', 1);
    });

    it('draws by numbers', async () => {
      await tabTo('main summary');
      await page.keyboard.press('Enter');
      await tabTo('main textarea');
      await page.keyboard.press('Control+A');
      // A stroke from top to bottom, as a 1 is made.
      await page.keyboard.insertText(Array.from({ length: 8 }, () => '0 0 0 12 14 0 0 0').join(' '));
      await expect.poll(() => page.locator('output.answer-word').innerText()).toMatch(/1/);
    });

    it('lists its keys at ?, closes at Escape, and gives the focus back', async () => {
      await page.locator('main summary').first().focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SUMMARY');
    });

    it('runs any command at Ctrl-K', async () => {
      await page.keyboard.press('Control+K');
      await page.getByRole('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.type('settings');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
    });

    it('searches at /', async () => {
      await page.keyboard.press('/');
      await page.getByRole('searchbox').waitFor();
      await page.keyboard.type('dig');
      await page.getByRole('heading', { name: 'iris', exact: true }).waitFor({ state: 'detached' });
      expect(await page.getByRole('heading', { name: 'digits', exact: true }).count()).toBe(1);
    });
  });
});
