// The bars under an answer, in the app and in a page that was taken out of it.
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** By label, with all their digits. */
export type Bars = Readonly<Record<string, number>>;

export async function bars(page: Page): Promise<Bars> {
  const rows = await page
    .locator('.bars > li')
    .evaluateAll(items =>
      items.map(
        item => [item.querySelector('span')!.innerText, Number(item.querySelector('data')!.value)] as const,
      ),
    );
  return Object.fromEntries(rows);
}

/** What stands there twice in a row: while a drawing goes on, answers to what was drawn so far come first. */
export async function settledBars(page: Page): Promise<Bars> {
  let last = JSON.stringify(null);
  await expect
    .poll(
      async () => {
        const before = last;
        last = JSON.stringify(await bars(page));
        return last !== '{}' && last === before;
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  return JSON.parse(last) as Bars;
}

/** The largest difference; the labels and their order must be the same. */
export function apart(a: Bars, b: Bars): number {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  return Math.max(...Object.keys(a).map(label => Math.abs(a[label]! - b[label]!)));
}
