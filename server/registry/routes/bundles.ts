// Bundles over HTTP: the body goes to a file first, for it may be larger than what memory is for.
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import { maxBundleBytes, openBundle } from '../../../src/core/artifact/bundle.ts';
import { bundleMediaType } from '../../../src/core/artifact/bundle-name.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import type { Registry } from '../context.ts';
import type { Deriver } from '../deriver.ts';
import { sourceOf } from '../../storage/file-source.ts';
import type { TrainerBytes } from './trainer-bytes.ts';

/** In a scope of its own: only here is a bundle a body. */
export function registerBundleRoutes(
  app: FastifyInstance,
  registry: Registry,
  deriver: Deriver,
  trainerBytes: TrainerBytes,
): void {
  app.addContentTypeParser(bundleMediaType, (_request, payload, done) => {
    done(null, payload);
  });
  app.post(`${registryRoot}/bundles`, async request => {
    if (!(request.headers['content-type'] ?? '').startsWith(bundleMediaType)) {
      throw new HaversackError('UnsupportedMediaType', `wanted ${bundleMediaType}`);
    }
    const folder = await mkdtemp(join(tmpdir(), 'haversack-bundle-'));
    try {
      const path = join(folder, 'bundle');
      await pipeline(request.body as NodeJS.ReadableStream, atMost(maxBundleBytes), createWriteStream(path));
      const file = await open(path);
      try {
        const { importBundle } = await import('../import-bundle.ts');
        const opened = await openBundle(await sourceOf(file));
        const { items, hasNewVersion } = await importBundle(registry, opened, bytes =>
          trainerBytes.take(request, bytes),
        );
        if (hasNewVersion) deriver.wake();
        return { items };
      } finally {
        await file.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

function atMost(bytes: number): Transform {
  let taken = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      taken += piece.length;
      if (taken > bytes) done(new HaversackError('TooLarge', `a bundle has at most ${bytes} bytes`));
      else done(null, piece);
    },
  });
}
