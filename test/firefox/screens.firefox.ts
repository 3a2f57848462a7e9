// Every screen of a device in use, in Firefox: enrolled, taught, sent and promoted by it; each opens, complains of nothing, and has
// nothing that axe finds, a thumb would miss, or lies beside the screen.
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectReachable } from '../e2e/support/access.ts';
import { go } from '../e2e/support/app.ts';
import type { Device } from '../e2e/support/device.ts';
import { furnish } from '../e2e/support/furnish.ts';
import { looks, screens, show } from '../e2e/support/screens.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { createFirefox } from './support/firefox.ts';
import { shoot } from './support/shots.ts';

describe('a furnished device', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;

  beforeAll(async () => {
    server = await startServer();
    device = await createFirefox();
    page = await device.open(server.url);
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });
  afterEach(() => expect(device.complaints.splice(0)).toEqual([]));

  it('was let in, taught, and has sent what it learnt', async () => {
    await furnish(page, server);
  });

  it.each(screens.map(screen => [screen.name, screen] as const))('shows %s', async (name, screen) => {
    for (const size of looks.sizes) {
      await page.setViewportSize(size);
      await show(page, screen);
      await expectReachable(page);
      await shoot(device, page, `screen-${name}-${size.name}`);
      // What comes next starts from nothing, as after a change of place.
      await go(page, screen.hash === '#/settings' ? '#/library' : '#/settings');
    }
  });
});
