// A device whose browser is a stock Firefox, driven by WebDriver BiDi.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConsoleMessage, firefox } from 'playwright';
import { expect } from 'vitest';
import { findFirefox } from '../../../scripts/find-firefox.mjs';
import { Device } from '../../e2e/support/device.ts';
import { contextOptions, type Launch, type LaunchOptions } from '../../e2e/support/launch.ts';
import { answerUnknownCommands } from './unknown-commands.ts';

answerUnknownCommands();

type Preferences = Readonly<Record<string, string | number | boolean>>;

/** What Playwright sets for tests and a person's Firefox has otherwise, where a page can tell. */
const asShipped: Preferences = {
  // To a page that was opened from the disk, every file is another origin.
  'security.fileuri.strict_origin_policy': true,
  'dom.min_background_timeout_value': 1000,
  // Storage of frames is kept apart by what embeds them ("Total Cookie Protection").
  'network.cookie.cookieBehavior': 5,
};

/** What pages see of `prefers-color-scheme`. */
const schemes = { dark: 0, light: 1 } as const;

/** Firefox's own: a picture whose colour changes, and a tone; nobody is asked whether they may be used. */
export const fakeDevices: Preferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
};

function launchFirefox(preferences: Preferences): Launch {
  return async (profile, options) => {
    const context = await firefox.launchPersistentContext(profile, {
      ...contextOptions(options),
      // So called where Playwright takes it to be a Firefox that it has not changed.
      channel: 'moz-firefox',
      executablePath: options.executablePath ?? findFirefox(),
      downloadsPath: downloadsOf(profile),
      firefoxUserPrefs: {
        ...asShipped,
        'layout.css.prefers-color-scheme.content-override': schemes[options.colorScheme ?? 'light'],
        ...preferences,
      },
    });
    await context.addInitScript(tellViolations);
    return context;
  };
}

/** In the page: what its policy refused is an event, of which nothing is said to whoever drives the browser. */
function tellViolations(): void {
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
    console.error(
      `Content Security Policy: ${violatedDirective} refused ${blockedURI} (${sourceFile}:${lineNumber})`,
    );
  });
}

/** Said where a test stops the server while what else computes, besides WebAssembly, is still being fetched. */
const cutShort = 'haversack: the runtime is not kept yet.';

/** Besides what every device complains of: all errors on the console, and what the app itself could not do. */
function isComplaint(message: ConsoleMessage): boolean {
  const text = message.text();
  return message.type() === 'error' || (text.startsWith('haversack:') && !text.startsWith(cutShort));
}

/** Of an error BiDi says no more than its name: the rest is in the page, while that is open. */
async function tellDetails(message: ConsoleMessage): Promise<void> {
  const details = message
    .args()
    .map(given =>
      given
        .evaluate((value: unknown) =>
          value instanceof Error ? `${String(value)}\n${value.stack ?? ''}` : '',
        )
        .catch(() => ''),
    );
  console.warn([message.text(), ...(await Promise.all(details))].filter(Boolean).join('\n'));
}

/** Where that device's downloads go: of a file that a page itself made, this Firefox does not tell who drives it. */
function downloadsOf(profile: string): string {
  return join(profile, 'downloads');
}

/** A file that was just saved, once it is whole. */
export async function savedFile({ profile }: Device, name: string): Promise<Uint8Array> {
  const folder = downloadsOf(profile);
  const isWhole = async (): Promise<boolean> => {
    const there = await readdir(folder).catch((): string[] => []);
    // An empty file holds the name while the content comes into one beside it.
    const isComing = there.some(other => other.endsWith('.part'));
    return !isComing && there.includes(name) && (await stat(join(folder, name))).size > 0;
  };
  await expect.poll(isWhole, { timeout: 60_000 }).toBe(true);
  return new Uint8Array(await readFile(join(folder, name)));
}

export async function createFirefox(
  options: LaunchOptions = {},
  preferences: Preferences = {},
): Promise<Device> {
  const launch = launchFirefox(preferences);
  const device: Device = await Device.create({
    ...options,
    launch: async (profile, given) => {
      const context = await launch(profile, given);
      context.on('console', message => {
        if (!isComplaint(message)) return;
        device.complaints.push(message.text());
        void tellDetails(message);
      });
      return context;
    },
  });
  return device;
}
