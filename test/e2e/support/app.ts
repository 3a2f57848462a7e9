// What a person does in the app, in the words that are on the screen.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';

const root = join(import.meta.dirname, '..', '..', '..');

export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate(to => {
    location.hash = to;
  }, hash);
}

/** Gets models in Library, and waits until each is on the device. Works in every language: by the buttons' icons, not words. */
export async function installModels(page: Page, models: readonly string[]): Promise<void> {
  await go(page, '#/library');
  for (const model of models) {
    const card = modelCard(page, model);
    await card.locator('.button-primary, button.primary, button').first().waitFor();
    await card.locator('button:has(svg)').first().click();
    await page.waitForFunction(
      name =>
        [...document.querySelectorAll('main li')].some(
          item =>
            item.querySelector('h2')?.textContent === name && item.querySelector(`a[href="#/use/${name}"]`),
        ),
      model,
      { timeout: 60_000 },
    );
  }
}

export function modelCard(page: Page, model: string): Locator {
  return page
    .locator('main li')
    .filter({ has: page.getByRole('heading', { name: model, exact: true }) })
    .first();
}

/** Waits until the line under the answer says that this version answered. */
export async function answeredBy(page: Page, model: string, version: number): Promise<string> {
  const line = page.getByRole('button', { name: new RegExp(`this device · ${model} v${version} · `) });
  await line.waitFor({ timeout: 60_000 });
  return line.innerText();
}

export interface Trace {
  readonly digit: string;
  readonly strokes: readonly (readonly (readonly [number, number])[])[];
}

/** Pointer traces on a pad of `size` CSS pixels. */
export async function digitTraces(): Promise<{ size: number; traces: readonly Trace[] }> {
  const text = await readFile(join(root, 'test', 'fixtures', 'digit-traces.json'), 'utf8');
  const { pad, traces } = JSON.parse(text) as { pad: { width: number }; traces: readonly Trace[] };
  return { size: pad.width, traces };
}

/** Draws with the mouse, stroke by stroke, as the trace was made on a pad of `size` CSS pixels. */
export async function draw(page: Page, strokes: Trace['strokes'], size: number): Promise<void> {
  const pad = page.locator('canvas.pad-canvas').first();
  // The pad's own key for "clear", which is the same in every language.
  await pad.press('Delete');
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error('The pad is not on the screen.');
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + (x / size) * box.width, box.y + (y / size) * box.height] as const;
  for (const stroke of strokes) {
    await page.mouse.move(...at(stroke[0]!));
    await page.mouse.down();
    for (const point of stroke.slice(1)) await page.mouse.move(...at(point));
    await page.mouse.up();
  }
}

/** The digit that is shown for what was just drawn, "not sure" and its best guess included. */
export async function readDigit(page: Page): Promise<string> {
  const word = page.locator('output.answer-word');
  await page.waitForTimeout(250);
  await word.filter({ hasText: /\d/ }).waitFor({ timeout: 10_000 });
  const text = await word.innerText();
  return /Best guess: (\d)/.exec(text)?.[1] ?? /^(\d)/.exec(text.trim())?.[1] ?? text;
}

/** Sets Teach's folded settings. */
export async function setRecipe(
  page: Page,
  settings: { epochs?: number; scope?: 'head' | 'all' },
): Promise<void> {
  await page.getByText('Settings', { exact: true }).locator('visible=true').last().click();
  if (settings.scope) await page.getByLabel('What may change').selectOption(settings.scope);
  if (settings.epochs) await page.getByLabel('Rounds over the data (epochs)').fill(String(settings.epochs));
}

/** Enrols the device and answers its code. */
export async function askToBeLetIn(page: Page): Promise<string> {
  await go(page, '#/settings');
  const code = (await page.locator('.code').innerText()).trim();
  await page.getByRole('button', { name: 'Ask to be let in' }).click();
  await page.getByText('Waiting for an admin to approve it.').waitFor();
  return code;
}

export async function enterAdminKey(page: Page, key: string): Promise<void> {
  await go(page, '#/admin');
  await page.getByRole('textbox', { name: 'Admin key' }).fill(key);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.getByText('With the admin key').waitFor();
}

export async function approve(page: Page, code: string, role: 'device' | 'trainer' | 'admin'): Promise<void> {
  await go(page, '#/admin/devices');
  const row = page.locator('.admin-device').filter({ hasText: code });
  await row.getByRole('combobox').selectOption(role);
  await row.getByRole('button', { name: /^Let in/ }).click();
  await row.waitFor({ state: 'detached' });
}

export async function promote(page: Page, model: string, version: number): Promise<void> {
  await go(page, `#/admin/models/${model}/versions/${version}`);
  await page.getByRole('button', { name: `Promote version ${version}`, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Move it' }).click();
  await page.getByText(`production of ${model} now points at version ${version}.`).waitFor();
}
