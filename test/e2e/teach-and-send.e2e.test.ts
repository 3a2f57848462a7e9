// Points 5 and 6 of the loop: correct, train, judge, send, promote, and another device swaps it in without a reload.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answeredBy,
  approve,
  askToBeLetIn,
  digitTraces,
  draw,
  enterAdminKey,
  go,
  modelCard,
  promote,
  readDigit,
  setRecipe,
} from './support/app.ts';
import { Device } from './support/device.ts';
import { type Pair, startPair } from './support/pair.ts';
import type { RunningServer } from './support/server.ts';

describe('what one device learns', () => {
  let server: RunningServer;
  let teacher: Device;
  let other: Device;
  let teaching: Page;
  let using: Page;
  let admin: Page;

  let pair: Pair;

  beforeAll(async () => {
    pair = await startPair({ webgpu: true });
    ({ server, teacher, other, teaching, using } = pair);
  });
  afterAll(() => pair.close());

  it('begins with a tap on the right answer', async () => {
    const { size, traces } = await digitTraces();
    await go(teaching, '#/use/digits');
    await answeredBy(teaching, 'digits', 1);
    for (const { digit, strokes } of traces) {
      await draw(teaching, strokes, size);
      await readDigit(teaching);
      await teaching
        .getByRole('group', { name: 'Choose the right answer' })
        .getByRole('button', { name: digit, exact: true })
        .click();
    }
    await teaching.getByRole('link', { name: `Teach (${traces.length})` }).waitFor();
  });

  it('is trained in the worker, which says what computes, and can be paused, resumed and stopped', async () => {
    await go(teaching, '#/teach/digits');
    await setRecipe(teaching, { epochs: 1000, scope: 'all' });
    await teaching.getByRole('button', { name: 'Start training' }).click();
    await teaching
      .getByText(/on (WebGPU|WebAssembly)/i)
      .first()
      .waitFor({ timeout: 120_000 });
    await teaching.getByRole('button', { name: 'Pause' }).click();
    await teaching.getByText('Paused').first().waitFor();
    await teaching.getByRole('button', { name: 'Go on' }).click();
    await teaching.getByRole('button', { name: 'Stop' }).click();
    await teaching.getByRole('button', { name: /Start training|Train again/ }).waitFor({ timeout: 30_000 });
  });

  it('loses nothing when the tab is killed half-way through a training', async () => {
    await teaching.getByRole('button', { name: 'Start training' }).click();
    await teaching
      .getByText(/on (WebGPU|WebAssembly)/i)
      .first()
      .waitFor({ timeout: 120_000 });
    await teacher.close();
    teaching = await teacher.open(`${server.url}/#/teach/digits`);
    await teaching.getByText('10 samples').first().waitFor();
    await go(teaching, '#/judge/digits');
    expect(await teaching.getByText('What should become of it?').count()).toBe(0);
    await go(teaching, '#/use/digits');
    await answeredBy(teaching, 'digits', 1);
  });

  it('is judged, old against new on the same held-out rows, before anything becomes of it', async () => {
    await go(teaching, '#/teach/digits');
    await setRecipe(teaching, { epochs: 1, scope: 'head' });
    await teaching.getByRole('button', { name: 'Start training' }).click();
    await teaching.getByText('What should become of it?').waitFor({ timeout: 180_000 });
    await teaching.getByText('All figures').first().click();
    const text = await teaching.locator('main').innerText();
    expect(text).toMatch(/(Better|Worse|No difference|No clear difference): .* of \d+/);
    for (const measure of ['Accuracy', 'Precision', 'Recall', 'F1', 'Kappa']) expect(text).toContain(measure);
    expect(text).toMatch(/On your own samples|None of your own samples/);
  });

  it('waits in the outbox until an admin lets the device send, then becomes version 2', async () => {
    await teaching.getByRole('button', { name: 'Send', exact: true }).click();
    await teaching.getByText('waiting to be sent').first().waitFor();
    const code = await askToBeLetIn(teaching);
    admin = await other.open(server.url);
    await enterAdminKey(admin, await server.adminKey());
    await approve(admin, code, 'trainer');
    await go(teaching, '#/judge/digits');
    await teaching.getByText('sent: it is version 2').first().waitFor({ timeout: 90_000 });
  });

  it('reaches the other device without a reload, between two predictions', async () => {
    await using.evaluate(() => {
      (window as unknown as { stillHere: boolean }).stillHere = true;
    });
    await promote(admin, 'digits', 2);
    await using.getByText('digits is now version 2.').waitFor({ timeout: 90_000 });
    const { size, traces } = await digitTraces();
    await using.bringToFront();
    await draw(using, traces[3]!.strokes, size);
    await answeredBy(using, 'digits', 2);
    expect(await using.evaluate(() => (window as unknown as { stillHere?: boolean }).stillHere)).toBe(true);
  });

  it('leaves the old version there to go back to', async () => {
    await go(using, '#/library');
    await modelCard(using, 'digits').getByRole('button', { name: 'Go back to version 1' }).click();
    await go(using, '#/use/digits');
    await answeredBy(using, 'digits', 1);
    expect([...teacher.complaints, ...other.complaints]).toEqual([]);
  });

  it('is made once, however often the server dies: nothing acknowledged is lost', async () => {
    await server.kill();
    await server.start();
    const { models } = (await (await fetch(`${server.url}/registry/v1/models`)).json()) as {
      models: { model: string; versions: { version: number; parent: { version: number } | null }[] }[];
    };
    const digits = models.find(model => model.model === 'digits');
    expect(digits?.versions.map(version => [version.version, version.parent?.version ?? null])).toEqual([
      [2, 1],
      [1, null],
    ]);
  });
});
