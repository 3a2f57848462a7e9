// Every screen, and how to get to it with something on it. Used by the accessibility test and the contact sheet.
import type { Page } from 'playwright';

export interface Screen {
  readonly name: string;
  readonly hash: string;
  /** Brings it to a state worth seeing. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export const looks = {
  sizes: [
    { name: 'phone', width: 390, height: 844 },
    { name: 'desk', width: 1280, height: 800 },
  ],
  schemes: ['light', 'dark'],
  languages: [
    { name: 'en', locale: 'en-GB' },
    { name: 'zh-CN', locale: 'zh-CN' },
  ],
} as const;

export const screens: readonly Screen[] = [
  { name: 'use-digits', hash: '#/use/digits' },
  { name: 'use-iris', hash: '#/use/iris' },
  { name: 'teach', hash: '#/teach/digits' },
  { name: 'judge', hash: '#/judge/digits' },
  { name: 'shrink', hash: '#/shrink/digits' },
  { name: 'library', hash: '#/library' },
  { name: 'admin', hash: '#/admin' },
  { name: 'settings', hash: '#/settings' },
];

/** Goes to a screen and waits until nothing on it is busy. */
export async function show(page: Page, screen: Screen): Promise<void> {
  await page.evaluate(hash => {
    location.hash = hash;
  }, screen.hash);
  await page.locator('main').waitFor();
  await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'), undefined, {
    timeout: 20_000,
  });
  await screen.prepare?.(page);
  await page.waitForTimeout(300);
}
