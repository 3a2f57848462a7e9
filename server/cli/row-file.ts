// Rows in a temporary file, for what is more than memory is given for.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HaversackError } from '../../src/core/errors.ts';
import { type OpenRowStore, rowLayout } from '../../src/core/train/row-store.ts';

/** Deleted when it is disposed of; where the process is killed before, by the system's own care for its temporary folder. */
export const openRowFile: OpenRowStore = specs =>
  storing(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'haversack-rows-'));
    const file = await open(join(folder, 'rows'), 'wx+', 0o600);
    const { width, pack, unpack } = rowLayout(specs);
    const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    let filled = 0;
    return {
      put: (rows, count) =>
        storing(async () => {
          await file.write(
            new Uint8Array(pack(rows, 0, count).buffer),
            0,
            count * rowBytes,
            filled * rowBytes,
          );
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
        await rm(folder, { recursive: true, force: true });
      },
    };
  });

async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new HaversackError(isFull ? 'QuotaExceeded' : 'StorageFailed', message, { cause: thrown });
  }
}
