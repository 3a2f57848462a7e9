// A tab that dies half-way through a download: resumed or dropped, never mistaken for a model.
import type { Request } from 'playwright';
import { describe, expect, it } from 'vitest';
import { startAlone } from './support/alone.ts';
import { answeredBy, go, modelCard } from './support/app.ts';
import { crash } from './support/device.ts';
import { counts, throttle } from './support/line.ts';

/** By digest: many with one request, or one. */
function chunksAskedFor(request: Request): string[] {
  const { pathname } = new URL(request.url());
  const last = /^\/registry\/v1\/chunks\/(\w+)$/.exec(pathname)?.[1];
  if (last !== 'batch') return last === undefined ? [] : [last];
  return (request.postDataJSON() as { chunks: string[] }).chunks;
}

/** Slow enough that a download of 100 kB is half done for seconds. */
const slowBytesPerSecond = 12_000;

describe('a tab that is killed half-way through a download', () => {
  const alone = startAlone();

  it('leaves no model, keeps the pieces it had, and goes on from them', async () => {
    const page = await alone.device.open(`${alone.server.url}/#/library`);
    await modelCard(page, 'digits').getByRole('button', { name: 'Get', exact: true }).waitFor();
    await throttle(page, slowBytesPerSecond);
    await modelCard(page, 'digits').getByRole('button', { name: 'Get', exact: true }).click();
    await expect
      .poll(() => counts(page).then(stored => stored.chunks), { timeout: 60_000 })
      .toBeGreaterThan(0);
    await crash(page);

    const again = await alone.device.open(`${alone.server.url}/#/library`);
    const half = await counts(again);
    expect(half.installed).toBe(0);
    expect(half.chunks).toBeGreaterThan(0);
    const fetched: string[] = [];
    again.on('request', request => fetched.push(...chunksAskedFor(request)));
    const card = modelCard(again, 'digits');
    await card.getByRole('button', { name: 'Go on', exact: true }).click();
    await card.getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
    const whole = await counts(again);
    expect(whole.installed).toBe(1);
    expect(whole.downloads).toBe(0);
    expect(fetched.length).toBe(whole.chunks - half.chunks);
    await go(again, '#/use/digits');
    await answeredBy(again, 'digits', 1);
  });
});
