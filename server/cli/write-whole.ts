// A file that is there whole or not at all.
import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';

/** Under another name until it is whole and on the disk; then renamed. */
export async function writeWhole(path: string, bytes: Bytes): Promise<void> {
  const temporary = join(dirname(path), `.haversack-${randomUUID()}.part`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}
