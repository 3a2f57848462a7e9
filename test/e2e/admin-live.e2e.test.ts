// An admin watches the server work: predictions, an engine behind it that is taken out of use, a key that asks too much.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enterAdminKey, go } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

describe('Admin’s live view', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;
  let key: string;

  beforeAll(async () => {
    server = await startServer();
    key = await server.adminKey();
    device = await Device.create();
    page = await device.open(server.url);
    await enterAdminKey(page, key);
    await go(page, '#/admin/live');
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  async function ask(path: string, body: object, token?: string): Promise<{ status: number; json: object }> {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: answer.status, json: (await answer.json()) as object };
  }
  const predict = (token?: string) => ask('/predict', { model: 'iris', inputs: [5.1, 3.5, 1.4, 0.2] }, token);

  it('says that nothing happens, then shows by model what does', async () => {
    await page.getByText('No predictions in the last two minutes').waitFor();
    expect((await predict()).status).toBe(200);
    const row = page.locator('.live-model').filter({ hasText: 'iris' });
    await row.waitFor();
    await row.getByRole('img', { name: /^Predictions of iris/ }).waitFor();
    await page.locator('.live-number').filter({ hasText: 'Half within' }).getByText('ms').waitFor();
  });

  it('shows an engine that is down, drains it, takes it back, removes it', async () => {
    await page.getByText('None: this server computes by itself.').waitFor();
    const added = await ask('/registry/v1/upstreams', { model: 'iris', url: 'http://127.0.0.1:9/' }, key);
    expect(added.status).toBe(201);
    const row = page.locator('.live-upstream').filter({ hasText: 'http://127.0.0.1:9' });
    await row.getByText('down', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Drain: http://127.0.0.1:9' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Drain' }).click();
    await row.getByText('draining', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Use again: http://127.0.0.1:9' }).click();
    await row.getByText('down', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Remove: http://127.0.0.1:9' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
  });

  it('says whose key asked too much', async () => {
    await page.getByText('Nobody was turned away for asking too much.').waitFor();
    const limits = { perMinute: 1, atOnce: null, perDay: null };
    const made = await ask('/registry/v1/keys', { name: 'greedy', role: 'device', limits }, key);
    const { id, key: greedy } = made.json as { id: string; key: string };
    // A minute may end between two of them, and not between three.
    const statuses = [await predict(greedy), await predict(greedy), await predict(greedy)];
    expect(statuses.map(({ status }) => status)).toContain(429);
    await page.getByText(`access key ${id}`).waitFor();
    await page.getByText(/^1 requests? a minute · \d requests? turned away · until/).waitFor();
  });

  it('says from when its figures are while it is paused, and goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/^Paused: these figures are from/).waitFor();
    const asked: string[] = [];
    page.on('request', request => asked.push(new URL(request.url()).pathname));
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(() => asked).toContain('/registry/v1/live');
    expect(device.complaints).toEqual([]);
  });
});
