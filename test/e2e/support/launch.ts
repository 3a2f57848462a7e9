// How a device's browser is started: on its own profile, as its options say. Chromium; `test/firefox` has another.
import { type BrowserContext, chromium } from 'playwright';
import { chromiumArguments, findChromium } from '../../../scripts/chromium.mjs';

export interface LaunchOptions {
  readonly webgpu?: boolean;
  readonly locale?: string;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly ignoreHTTPSErrors?: boolean;
  readonly serviceWorkers?: 'allow' | 'block';
  readonly args?: readonly string[];
  /** Of the browser; the one of this machine if absent. */
  readonly executablePath?: string;
}

/** @param profile the folder it keeps everything in */
export type Launch = (profile: string, options: LaunchOptions) => Promise<BrowserContext>;

/** What a context of any browser is made with. */
export function contextOptions({
  locale = 'en-GB',
  viewport = { width: 390, height: 844 },
  colorScheme = 'light',
  ignoreHTTPSErrors = false,
}: LaunchOptions) {
  return { headless: true, locale, viewport, colorScheme, ignoreHTTPSErrors, acceptDownloads: true };
}

export const launchChromium: Launch = (profile, options) => {
  const context = contextOptions(options);
  return chromium.launchPersistentContext(profile, {
    ...context,
    executablePath: options.executablePath ?? findChromium(),
    args: [...chromiumArguments({ webgpu: options.webgpu ?? false }), ...(options.args ?? [])],
    serviceWorkers: options.serviceWorkers ?? 'allow',
    hasTouch: context.viewport.width < 600,
  });
};
