// A model file dropped on the Library, without a network: what Teachable Machine exported becomes a model of this device, which is
// used, judged and taken away like one that was made here; what is not read is told apart.
import * as tf from '@tensorflow/tfjs-core';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportedZip, labels } from '../core/import/teachable-machine/exported.ts';
import { expectReachable } from './support/access.ts';
import { go, installModels, modelCard } from './support/app.ts';
import { Device } from './support/device.ts';
import { plainPng } from './support/pictures.ts';
import { type RunningServer, startServer } from './support/server.ts';

describe('a model file on the Library', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;
  let zip: Buffer;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    zip = Buffer.from(await exportedZip());
    server = await startServer();
    device = await Device.create();
    page = await device.open(server.url);
    // With the first model comes what runs models.
    await installModels(page, ['iris']);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await modelCard(page, 'iris').getByText('on this device', { exact: true }).waitFor({ timeout: 60_000 });
    await server.stop();
  });
  afterAll(async () => {
    expect(device.complaints).toEqual([]);
    await device.close();
    await server.stop();
  });

  async function give(name: string, buffer: Buffer): Promise<void> {
    await page
      .locator('main .page-head input[type="file"]')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  }

  it('of another format is told apart, with the command that converts it', async () => {
    await go(page, '#/library');
    await give('keras_model.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'));
    await page.getByText('keras_model.h5 cannot be used here').waitFor();
    await page.getByText('python -m tf2onnx.convert --keras keras_model.h5 --output model.onnx').waitFor();
    await expectReachable(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('keras_model.h5 cannot be used here').waitFor({ state: 'detached' });
  });

  it('of Teachable Machine becomes a model of this device, and answers to a photo', async () => {
    await give('tm-my-image-model.zip', zip);
    await page.getByText('Converted to ONNX from Teachable Machine').waitFor({ timeout: 60_000 });
    expect(await page.getByLabel('Labels of its classes, in order').inputValue()).toBe(labels.join('\n'));
    await page.getByLabel('Name of the model').fill('iris');
    await page.getByText('There is a model of that name on this device.').waitFor();
    await page.getByLabel('Name of the model').fill('things');
    await page.getByText('A new model on this device.').waitFor();
    await expectReachable(page);
    await page.getByRole('button', { name: 'Keep it on this device' }).click();
    await page.getByRole('heading', { name: 'Use things' }).waitFor({ timeout: 60_000 });
    await page
      .locator('main input[type="file"]')
      .first()
      .setInputFiles(await plainPng(page, [200, 90, 30]));
    await expect
      .poll(() => page.locator('.bars > li > span:first-child').allInnerTexts(), { timeout: 60_000 })
      .toEqual(labels);
  });

  it('waits in Judge to be sent, and can be taken away as a page', async () => {
    await go(page, '#/judge/things');
    await page.getByRole('heading', { name: 'Judge things' }).waitFor();
    await page.getByRole('button', { name: 'Save as a page' }).waitFor();
    await expectReachable(page);
    await go(page, '#/library');
    await page.getByText('things, a new model').waitFor();
  });

  it('that is no model leaves nothing', async () => {
    await give('notes.onnx', Buffer.from('not a model'));
    await page.getByText('notes.onnx cannot be used here').waitFor();
    await page.getByText('This file is not an ONNX model.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('notes.onnx cannot be used here').waitFor({ state: 'detached' });
    expect(await page.getByText(/, a new model$/).allInnerTexts()).toEqual(['things, a new model']);
  });
});
