// A head alone beside last blocks that learn too, on photographs of the bench: for docs/teaching-by-showing.md. Each run is kept
// below `.cache/teaching/runs` when it ends, for they take minutes to a quarter of an hour: what is there of the same embedder,
// photographs and changes is not run again. Whoever changes how blocks learn takes that folder away.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type DrawnSet, drawPhotos } from '../../../bench/teach/draw-photos.ts';
import { backboneEmbedder, compareBlocks, type Compared } from '../../../bench/teach/measure-blocks.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import type { Embedder } from '../../../src/core/teach/embedder.ts';
import { usualChanges } from '../../../src/core/teach/photo-changes.ts';
import { meanAndSpread, percent } from '../train/known-results/measured.ts';

const folder = fileURLToPath(new URL('../../../.cache/teaching', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const [most, heldOut] = [50, 30];
const draws = [100, 101, 102, 103, 104];
/** Those that a frozen embedding tells badly. */
const sets = ['text crops', 'digits'];

test('last blocks on text crops and digits', { timeout: 6 * 3_600_000 }, async () => {
  await mkdir(`${folder}/runs`, { recursive: true });
  const embedder = await backboneEmbedder(root);
  const drawn = new Map<string, DrawnSet>();
  for (const set of sets) drawn.set(set, await drawPhotos(root, set, most + heldOut));
  const rows: string[][] = [];
  for (const shown of [most, 5]) {
    for (const set of sets) {
      const compared: Compared[] = [];
      for (const seed of draws) compared.push(await keptRun(embedder, drawn.get(set)!, { set, shown, seed }));
      const mean = (what: keyof Compared) =>
        compared.reduce((sum, each) => sum + each[what] / draws.length, 0);
      if (shown === most) expect(mean('blocks')).toBeGreaterThan(mean('head'));
      rows.push([set, String(shown), ...cellsOf(compared)]);
    }
  }
  const columns = ['photographs', 'shown of each', 'head alone', 'last blocks too', 'seconds'];
  await writeFile(`${folder}/last-blocks.json`, JSON.stringify({ columns, rows }, null, 2));
});

async function keptRun(
  embedder: Embedder,
  photographs: DrawnSet,
  { set, shown, seed }: { readonly set: string; readonly shown: number; readonly seed: number },
): Promise<Compared> {
  const of = `${embedder.digest} ${await photosDigest(photographs)} ${JSON.stringify(usualChanges)}`;
  const tag = (await sha256(new TextEncoder().encode(of))).slice(-12);
  const path = `${folder}/runs/${set.replace(' ', '-')}-${shown}-${seed}-${tag}.json`;
  const kept = await readFile(path, 'utf8').catch(() => null);
  if (kept !== null) return JSON.parse(kept) as Compared;
  const run = await compareBlocks(embedder, photographs, { shown, heldOut, seed, changes: usualChanges });
  await writeFile(path, JSON.stringify(run));
  return run;
}

async function photosDigest({ photos }: DrawnSet): Promise<string> {
  const digests = await Promise.all(photos.map(photo => sha256(photo)));
  return sha256(new TextEncoder().encode(digests.join('')));
}

function cellsOf(compared: readonly Compared[]): string[] {
  const of = (what: keyof Compared) => compared.map(each => each[what]);
  return [
    meanAndSpread(of('head'), percent),
    meanAndSpread(of('blocks'), percent),
    meanAndSpread(of('seconds'), value => value.toFixed(0)),
  ];
}
