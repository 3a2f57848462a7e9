// Which rows are learnt from and which are judged on: a stratified split of a data set, and the part of a single sample
// that is labelled later, beside the rows of a data set. Both are the same everywhere, for ever.
import type { Part } from '../artifact/documents.ts';
import { sha256 } from '../artifact/digest.ts';
import { seededRandom } from './random.ts';

/** Of samples that are labelled later, this share is kept to judge on. */
export const sampleTestShare = 0.2;

export interface SplitOptions {
  /** Of each class; the rest is `train`. */
  readonly test: number;
  readonly validation?: number;
  readonly seed: number;
}

/**
 * A stratified split. Rows with the same key are twins and share a part. Classes are taken in the order of their names
 * (by code unit). In each, groups of twins, in the order of their first row, are shuffled with one generator for all
 * classes; then `test`, after it `validation`, takes group after group as long as it fits into round(share × rows of
 * the class). Rows that are left are `train`. Twins of two classes go with the first row's class.
 */
export function stratifiedSplit(
  keys: readonly string[],
  labels: readonly string[],
  options: SplitOptions,
): Part[] {
  const parts = new Array<Part>(keys.length).fill('train');
  const random = seededRandom(options.seed);
  for (const groups of groupsByClass(keys, labels)) {
    random.shuffle(groups);
    const rows = groups.reduce((sum, group) => sum + group.length, 0);
    const wanted: [Part, number][] = [
      ['test', Math.round(options.test * rows)],
      ['validation', Math.round((options.validation ?? 0) * rows)],
    ];
    const left = new Set(groups);
    for (const [part, count] of wanted) {
      let free = count;
      for (const group of left) {
        if (group.length > free) continue;
        free -= group.length;
        left.delete(group);
        for (const row of group) parts[row] = part;
      }
    }
  }
  return parts;
}

function groupsByClass(keys: readonly string[], labels: readonly string[]): number[][][] {
  const groups = new Map<string, number[]>();
  keys.forEach((key, row) => {
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  });
  const classes = new Map<string, number[][]>();
  for (const group of groups.values()) {
    const label = labels[group[0]!]!;
    const members = classes.get(label);
    if (members) members.push(group);
    else classes.set(label, [group]);
  }
  return [...classes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members);
}

/**
 * The part of a sample: SHA-256 of its numbers as little-endian binary32 (−0 as 0), the first 32 bits as a fraction;
 * below `sampleTestShare` it is `test`, else `train`.
 */
export async function partOf(features: readonly number[]): Promise<Part> {
  const digest = await sha256(featureBytes(features));
  return Number.parseInt(digest.slice(0, 8), 16) / 2 ** 32 < sampleTestShare ? 'test' : 'train';
}

/** What two rows share exactly when all their numbers are the same as binary32. */
export function rowKey(features: ArrayLike<number>): string {
  return Array.from(features, value => Math.fround(value) + 0).join(',');
}

function featureBytes(features: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(features.length * 4);
  const view = new DataView(bytes.buffer);
  features.forEach((value, i) => {
    if (!Number.isFinite(value)) throw new RangeError(`partOf: number ${i} is ${value}`);
    view.setFloat32(i * 4, value + 0, true);
  });
  return bytes;
}
