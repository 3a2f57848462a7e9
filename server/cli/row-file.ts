// Rows in a temporary file, for what is more than memory is given for.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HaversackError } from '../../src/core/errors.ts';
import { type OpenRowStore, rowLayout } from '../../src/core/train/row-store.ts';

/**
 * Without a name from the start, where the system lets an open file have none: it is gone with the process, however that ends.
 * Elsewhere (Windows) it is deleted when it is disposed of.
 */
export const openRowFile: OpenRowStore = specs =>
  storing(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'haversack-rows-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    const file = await open(join(folder, 'rows'), 'wx+', 0o600);
    await remove().catch(() => undefined);
    const { width, pack, unpack } = rowLayout(specs);
    const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    let filled = 0;
    return {
      put: (rows, count) =>
        storing(async () => {
          const bytes = new Uint8Array(pack(rows, 0, count).buffer);
          const { bytesWritten } = await file.write(bytes, 0, bytes.length, filled * rowBytes);
          // What a nearly full disk still takes of it, it takes without a complaint.
          if (bytesWritten < bytes.length) throw new HaversackError('QuotaExceeded', 'the disk is full');
          filled += count;
        }),
      take: order =>
        storing(async () => {
          const bytes = new Uint8Array(order.length * rowBytes);
          await Promise.all(
            Array.from(order, (row, i) => file.read(bytes, i * rowBytes, rowBytes, row * rowBytes)),
          );
          return unpack(new Float32Array(bytes.buffer));
        }),
      dispose: async () => {
        await file.close();
        await remove();
      },
    };
  });

async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof HaversackError) throw thrown;
    const { code, message } = thrown as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new HaversackError(isFull ? 'QuotaExceeded' : 'StorageFailed', message, { cause: thrown });
  }
}
