// What the page may do: the content policy is kept, a breach of it would be seen, and the app also works unisolated.
import { describe, expect, it } from 'vitest';
import { startAlone } from './support/alone.ts';
import { answeredBy } from './support/app.ts';
import { Device } from './support/device.ts';
import { startServer } from './support/server.ts';

describe('the content policy', () => {
  const alone = startAlone();

  it('is broken by nothing from the first visit to the first answer', async () => {
    const page = await alone.device.open(alone.server.url);
    await page.getByRole('button', { name: 'Get iris' }).click();
    await answeredBy(page, 'iris', 2);
    expect(alone.device.complaints).toEqual([]);
  });

  it('is one whose breach these tests would see', async () => {
    const page = await alone.device.open(alone.server.url);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.broken = true';
      document.head.append(script);
    });
    await expect.poll(() => alone.device.complaints.length).toBe(1);
    expect(alone.device.complaints[0]).toMatch(/Content Security Policy/);
    expect(await page.evaluate(() => 'broken' in window)).toBe(false);
    alone.device.complaints.length = 0;
  });

  it('lets no code be made from strings', async () => {
    const page = await alone.device.open(alone.server.url);
    // In a task of its own: while a debugger evaluates, the policy is lifted.
    const outcome = await page.evaluate(
      () =>
        new Promise<string>(resolve =>
          setTimeout(() => {
            try {
              // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- it is what must fail
              resolve(String(new Function('return 1')()));
            } catch (error) {
              resolve((error as Error).name);
            }
          }),
        ),
    );
    expect(outcome).toBe('EvalError');
    alone.device.complaints.length = 0;
  });
});

describe('a page that is not isolated', () => {
  it('has one thread, and answers all the same', async () => {
    const server = await startServer();
    const device = await Device.create({ serviceWorkers: 'block' });
    try {
      const blank = await device.open('about:blank');
      await device.context.route(`${server.url}/**`, async route => {
        if (route.request().resourceType() !== 'document') return route.continue();
        const response = await route.fetch();
        const headers = Object.fromEntries(
          Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin-')),
        );
        return route.fulfill({ response, headers });
      });
      await blank.goto(server.url);
      expect(await blank.evaluate(() => crossOriginIsolated)).toBe(false);
      await blank.getByRole('button', { name: 'Get iris' }).click();
      await answeredBy(blank, 'iris', 2);
      await blank.getByRole('button', { name: /this device · iris v2/ }).click();
      await blank.getByText(/1 thread/).waitFor();
    } finally {
      await device.close();
      await server.stop();
    }
  });
});
