// An open file as a bundle's bytes: read at any place, a piece at a time.
import type { FileHandle } from 'node:fs/promises';
import type { BundleSource } from '../../src/core/artifact/bundle.ts';
import { HaversackError } from '../../src/core/errors.ts';

/** The caller closes the file. */
export async function sourceOf(file: FileHandle): Promise<BundleSource> {
  const { size } = await file.stat();
  return {
    bytes: size,
    read: async (offset, bytes) => {
      const piece = new Uint8Array(bytes);
      let filled = 0;
      while (filled < bytes) {
        const { bytesRead } = await file.read(piece, filled, bytes - filled, offset + filled);
        if (bytesRead === 0)
          throw new HaversackError('ChunkInvalid', `the file ends at ${offset + filled} bytes`);
        filled += bytesRead;
      }
      return piece;
    },
  };
}
