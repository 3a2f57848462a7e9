// A model of another format brought to the app in Firefox: converted on the device, used, and uploaded by an admin.
import * as tf from '@tensorflow/tfjs-core';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exportedZip, labels } from '../core/import/teachable-machine/exported.ts';
import { bars } from '../e2e/support/answers-shown.ts';
import { enterAdminKey, go, installModels } from '../e2e/support/app.ts';
import type { Device } from '../e2e/support/device.ts';
import { drop } from '../e2e/support/files.ts';
import { plainPng } from '../e2e/support/pictures.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { createFirefox } from './support/firefox.ts';
import { shoot } from './support/shots.ts';

describe('what Teachable Machine exported', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;
  let zip: { name: string; mimeType: string; buffer: Buffer };

  beforeAll(async () => {
    await tf.setBackend('cpu');
    zip = {
      name: 'tm-my-image-model.zip',
      mimeType: 'application/zip',
      buffer: Buffer.from(await exportedZip()),
    };
    server = await startServer();
    device = await createFirefox();
    page = await device.open(server.url);
    await installModels(page, ['iris']);
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });
  afterEach(() => expect(device.complaints.splice(0)).toEqual([]));

  it('becomes a model of this device, and answers to a photo', async () => {
    await go(page, '#/library');
    await page.locator('main .page-head input[type="file"]').setInputFiles(zip);
    await page.getByText('Converted to ONNX from Teachable Machine').waitFor({ timeout: 60_000 });
    await page.getByLabel('Name of the model').fill('things');
    await page.getByText('A new model on this device.').waitFor();
    await shoot(device, page, 'bring-library');
    await page.getByRole('button', { name: 'Keep it on this device' }).click();
    await page.getByRole('heading', { name: 'Use things' }).waitFor({ timeout: 60_000 });
    await page
      .locator('main input[type="file"]')
      .first()
      .setInputFiles(await plainPng(page, [200, 90, 30]));
    await expect.poll(async () => Object.keys(await bars(page)), { timeout: 60_000 }).toEqual(labels);
    await shoot(device, page, 'bring-use');
  });

  it('is uploaded by an admin, dropped as it came', async () => {
    await enterAdminKey(page, await server.adminKey());
    await go(page, '#/admin/upload');
    await page.locator('main .drop').waitFor();
    await drop(page, 'main .drop', zip.name, new Uint8Array(zip.buffer));
    await page.getByText('Converted to ONNX from Teachable Machine').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText('Uploaded: tm-my-image-model version 1.').waitFor({ timeout: 60_000 });
    await shoot(device, page, 'bring-admin');
  });
});
