// A device: a browser profile of its own on disk, that can be closed, killed and opened again.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { type Launch, launchChromium, type LaunchOptions } from './launch.ts';

export interface DeviceOptions extends LaunchOptions {
  /** Chromium's if absent. */
  readonly launch?: Launch;
}

export class Device {
  readonly profile: string;
  readonly #options: DeviceOptions;
  #context: BrowserContext | null = null;
  /** Policy violations and uncaught errors of every page so far. Must stay empty. */
  readonly complaints: string[] = [];

  private constructor(profile: string, options: DeviceOptions) {
    this.profile = profile;
    this.#options = options;
  }

  static async create(options: DeviceOptions = {}): Promise<Device> {
    return new Device(await mkdtemp(join(tmpdir(), 'haversack-profile-')), options);
  }

  get context(): BrowserContext {
    if (!this.#context) throw new Error('The device is off.');
    return this.#context;
  }

  /** Opens a page on the device, starting its browser when it is off. */
  async open(url: string): Promise<Page> {
    this.#context ??= await this.#launch();
    const page = await this.#context.newPage();
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    return page;
  }

  async #launch(): Promise<BrowserContext> {
    const { launch = launchChromium, ...options } = this.#options;
    const context = await launch(this.profile, options);
    context.on('console', message => {
      if (/Content Security Policy|Refused to/i.test(message.text())) this.complaints.push(message.text());
    });
    context.on('weberror', error => this.complaints.push(String(error.error())));
    return context;
  }

  /** Switches the device off, as closing its browser does. */
  async close(): Promise<void> {
    const context = this.#context;
    this.#context = null;
    await context?.close();
  }
}

/** Kills a page's renderer as the system does with a tab that takes too much memory. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await page.close();
}
