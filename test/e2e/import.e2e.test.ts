// An admin brings what Teachable Machine exported: dropped as it came, converted on the device, tried, sent, and a version like
// any other; and is told what to do with a format that is not read.
import * as tf from '@tensorflow/tfjs-core';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { exportedZip, labels } from '../core/import/teachable-machine/exported.ts';
import { expectReachable } from './support/access.ts';
import { enterAdminKey, go } from './support/app.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';

describe('a model of another format, in Admin', () => {
  let server: RunningServer;
  let device: Device;
  let page: Page;
  let zip: Buffer;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    zip = Buffer.from(await exportedZip());
    server = await startServer();
    device = await Device.create({ viewport: { width: 390, height: 1600 } });
    page = await device.open(`${server.url}/`);
    await enterAdminKey(page, await server.adminKey());
  });
  afterAll(async () => {
    expect(device.complaints).toEqual([]);
    await device.close();
    await server.stop();
  });

  async function drop(name: string, buffer: Buffer): Promise<void> {
    await page
      .locator('main input[type="file"]')
      .first()
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  }

  it('is told apart where it is not read, with the command that converts it', async () => {
    await go(page, '#/admin/upload');
    await drop('keras_model.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'));
    await page.getByText('keras_model.h5 is an HDF5 file of Keras').waitFor();
    await page.getByText('python -m tf2onnx.convert --keras keras_model.h5 --output model.onnx').waitFor();
    await page.getByText('export it again as Tensorflow.js').waitFor();
    await expectReachable(page);
  });

  it('of Teachable Machine is converted on the device, and becomes a version with its labels', async () => {
    await drop('tm-my-image-model.zip', zip);
    await page.getByText('Converted to ONNX from Teachable Machine').waitFor();
    expect(await page.getByLabel('Labels of its classes, in order').inputValue()).toBe(labels.join('\n'));
    await expectReachable(page);
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText('Uploaded: tm-my-image-model version 1.').waitFor();
    const address = `${server.url}/registry/v1/models/tm-my-image-model/versions/1`;
    const { manifest } = (await (await fetch(address)).json()) as VersionDetail;
    expect(readDocument(manifest, manifestSchema)).toMatchObject({
      labels,
      interface: {
        inputs: [{ shape: [-1, 224, 224, 3], meaning: { kind: 'image', layout: 'NHWC' } }],
        decision: { kind: 'softmax', from: 'probabilities' },
      },
    });
  });
});
