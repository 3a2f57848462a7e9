// How often a head, and the nearest, tell the photographs of the bench apart by a frozen embedding: for
// docs/teaching-by-showing.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { drawPhotos, type DrawnSet } from '../../../bench/teach/draw-photos.ts';
import { drawnShares, type Embedded, spreadOf } from '../../../bench/teach/drawn-shares.ts';
import { backboneEmbedder } from '../../../bench/teach/measure-blocks.ts';
import { photoSide } from '../../../bench/teach/photo-sets.ts';
import { teachSets } from '../../../bench/teach.ts';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Embedder } from '../../../src/core/teach/embedder.ts';
import { embeddingOutput } from '../../../src/core/teach/make-embedder.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const few = 5;
const extent = { many: 50, heldOut: 30, draws: 5 };

test('heads and neighbours on all sets of photographs', { timeout: 3_600_000 }, async () => {
  const embedder = await backboneEmbedder(root);
  const rows: string[][] = [];
  for (const set of teachSets) {
    const embedded = await embeddedSet(embedder, await drawPhotos(root, set, extent.many + extent.heldOut));
    for (const count of [few, extent.many]) {
      const { head, nearest } = await drawnShares(embedded, count, extent);
      expect(Math.min(...head), `${set}, by chance`).toBeGreaterThan(1 / embedded.classes);
      rows.push([set, String(count), spreadOf(head), spreadOf(nearest)]);
      console.info(rows.at(-1)!.join(' | '));
    }
  }
  const columns = ['photographs', 'shown of each', 'head', 'k-NN'];
  const folder = `${root}.cache/teaching`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/told-apart.json`, JSON.stringify({ columns, rows }, null, 2));
});

async function embeddedSet({ model, width }: Embedder, set: DrawnSet): Promise<Embedded> {
  const session = await openNodeSession(model);
  const rows: Float32Array<ArrayBuffer>[] = [];
  for (const data of set.photos) {
    const photo = { datatype: 'UINT8' as const, shape: [1, photoSide, photoSide, 3], data };
    rows.push((await session.run({ photo }))[embeddingOutput]!.data as Float32Array<ArrayBuffer>);
  }
  await session.dispose();
  return { width, classes: set.classes, ofClass: set.perClass, rows };
}
