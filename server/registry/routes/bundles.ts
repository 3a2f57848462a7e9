// Bundles over HTTP: the body goes to a file first, for it may be larger than what memory is for.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { maxBundleBytes, openBundle } from '../../../src/core/artifact/bundle.ts';
import { bundleMediaType } from '../../../src/core/artifact/bundle-name.ts';
import type { BundleReceipt } from '../../../src/core/artifact/inbox-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { fileTimeoutMs } from '../../slow-bodies.ts';
import { sourceOf } from '../../storage/file-source.ts';
import type { Registry } from '../context.ts';
import type { Deriver } from '../deriver.ts';
import { type UploadFolder, writeStream } from '../uploads.ts';
import type { DailyBytes } from './daily-bytes.ts';

/** In a scope of its own: only here is a bundle a body. */
export function registerBundleRoutes(
  app: FastifyInstance,
  registry: Registry,
  deriver: Deriver,
  uploads: UploadFolder,
  trainerBytes: DailyBytes,
): void {
  app.addContentTypeParser(bundleMediaType, (_request, payload, done) => {
    done(null, payload);
  });
  const take = async (request: FastifyRequest, path: string): Promise<BundleReceipt> => {
    const file = await open(path);
    try {
      const { importBundle } = await import('../import-bundle.ts');
      const { items, hasNewVersion } = await importBundle(
        registry,
        await openBundle(await sourceOf(file)),
        bytes => trainerBytes.take(request, bytes),
      );
      if (hasNewVersion) deriver.wake();
      return { items };
    } finally {
      await file.close();
    }
  };
  const config = { bodyTimeoutMs: fileTimeoutMs };
  app.post(`${registryRoot}/bundles`, { config }, request => {
    const stream = request.body;
    if (!(stream instanceof Readable)) {
      throw new HaversackError('UnsupportedMediaType', `wanted ${bundleMediaType}`);
    }
    return uploads.use(async folder => {
      const { path } = await writeStream(stream, join(folder, 'bundle'), maxBundleBytes);
      await request.requireStill();
      return take(request, path);
    });
  });
}
