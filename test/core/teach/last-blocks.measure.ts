// A head alone beside last blocks that learn too, on photographs of the bench: for docs/teaching-by-showing.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { drawPhotos } from '../../../bench/teach/draw-photos.ts';
import { backboneEmbedder, compareBlocks, type Compared } from '../../../bench/teach/measure-blocks.ts';
import { usualChanges } from '../../../src/core/teach/photo-changes.ts';
import { meanAndSpread, percent } from '../train/known-results/measured.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const [most, heldOut] = [50, 30];
const draws = [100, 101, 102, 103, 104];
/** Those that a frozen embedding tells badly. */
const sets = ['text crops', 'digits'];

test('last blocks on text crops and digits', { timeout: 4 * 3_600_000 }, async () => {
  const embedder = await backboneEmbedder(root);
  const rows: string[][] = [];
  for (const set of sets) {
    const drawn = await drawPhotos(root, set, most + heldOut);
    for (const shown of [5, most]) {
      const compared: Compared[] = [];
      for (const seed of draws) {
        compared.push(await compareBlocks(embedder, drawn, { shown, heldOut, seed, changes: usualChanges }));
      }
      const of = (what: keyof Compared) => compared.map(each => each[what]);
      const mean = (what: keyof Compared) => of(what).reduce((sum, value) => sum + value) / draws.length;
      if (shown === most) expect(mean('blocks')).toBeGreaterThan(mean('head'));
      const seconds = meanAndSpread(of('seconds'), value => value.toFixed(0));
      rows.push([
        set,
        String(shown),
        meanAndSpread(of('head'), percent),
        meanAndSpread(of('blocks'), percent),
        seconds,
      ]);
    }
  }
  const columns = ['photographs', 'shown of each', 'head alone', 'last blocks too', 'seconds'];
  const folder = `${root}.cache/teaching`;
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/last-blocks.json`, JSON.stringify({ columns, rows }, null, 2));
});
