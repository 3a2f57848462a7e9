// What the chunks of a model's file are made of, and which chunk of another version of it holds the same weights: for
// differences. `artifact` knows runs of elements; here is known whose they are.
import type { ChunkRef, FileRef } from '../artifact/chunks.ts';
import type { Region } from '../artifact/difference.ts';
import type { Bytes, Digest } from '../artifact/digest.ts';
import type { ElementBits } from '../artifact/element-width.ts';
import { tensorLayout, type TensorLocation } from './layout.ts';

/** Where a chunk lies in its file. */
export interface ChunkPlace {
  readonly ref: ChunkRef;
  /** The last tensor that begins at or before its first byte and has a chunk's border at its own; null: none yet. */
  readonly tensor: TensorLocation | null;
  /** From the beginning of that tensor, or of the file. */
  readonly offset: number;
  readonly regions: readonly Region[];
}

export interface FilePlaces {
  readonly chunks: readonly ChunkPlace[];
  /** In the order of the file. */
  readonly tensors: readonly TensorLocation[];
}

/** @throws HaversackError as `tensorLayout` */
export function chunkPlaces(file: Bytes, ref: FileRef): FilePlaces {
  const tensors = tensorLayout(file);
  const starts = new Map(tensors.map(tensor => [tensor.offset, tensor]));
  const chunks: ChunkPlace[] = [];
  let tensor: TensorLocation | null = null;
  let start = 0;
  let first = 0;
  for (const chunk of ref.chunks) {
    tensor = starts.get(start) ?? tensor;
    while (first < tensors.length && endOf(tensors[first]!) <= start) first++;
    const end = start + chunk.bytes;
    chunks.push({
      ref: chunk,
      tensor,
      offset: start - (tensor?.offset ?? 0),
      regions: regionsOf(start, end, tensors, first),
    });
    start = end;
  }
  return { chunks, tensors };
}

/** @param from the first of `tensors` that ends after `start` */
function regionsOf(start: number, end: number, tensors: readonly TensorLocation[], from: number): Region[] {
  const regions: Region[] = [];
  let at = start;
  const add = (until: number, bits: ElementBits) => {
    const bytes = until - at;
    if (bytes <= 0) return;
    at = until;
    const last = regions.at(-1);
    if (last?.bits === bits) regions[regions.length - 1] = { bits, bytes: last.bytes + bytes };
    else regions.push({ bits, bytes });
  };
  for (let i = from; i < tensors.length && tensors[i]!.offset < end; i++) {
    const tensor = tensors[i]!;
    add(Math.min(tensor.offset, end), 8);
    const until = Math.min(endOf(tensor), end);
    add(until, isWhole(at - tensor.offset, until - at, tensor) ? widthOf(tensor) : 8);
  }
  add(end, 8);
  return regions;
}

/** Whether a run begins and ends between two elements. */
function isWhole(offset: number, bytes: number, tensor: TensorLocation): boolean {
  const width = widthOf(tensor) / 8;
  return offset % width === 0 && bytes % width === 0;
}

/** What is narrower or odd is subtracted as bytes. */
function widthOf({ bits }: TensorLocation): ElementBits {
  return bits === 4 || bits === 16 || bits === 32 || bits === 64 ? bits : 8;
}

function endOf({ offset, bytes }: TensorLocation): number {
  return offset + bytes;
}

/** Where a chunk's bytes come from in another version. */
export interface ChunkPair {
  readonly base: ChunkRef;
  readonly regions: readonly Region[];
}

/**
 * For each chunk of `target` that `base` has no equal of: the one at the same place of the same tensor, of the same length.
 * Tensors are the same by name, datatype and shape; of those that are left over, by datatype and shape in their order.
 */
export function pairChunks(target: FilePlaces, base: FilePlaces): Map<Digest, ChunkPair> {
  const same = sameTensors(target.tensors, base.tensors);
  const there = new Map(base.chunks.map(place => [keyOf(place.tensor, place), place]));
  const known = new Set(base.chunks.map(({ ref }) => ref.digest));
  const pairs = new Map<Digest, ChunkPair>();
  for (const place of target.chunks) {
    const counterpart = place.tensor === null ? null : same.get(place.tensor);
    if (known.has(place.ref.digest) || counterpart === undefined) continue;
    const found = there.get(keyOf(counterpart, place));
    if (found) pairs.set(place.ref.digest, { base: found.ref, regions: place.regions });
  }
  return pairs;
}

/** @param tensor of the file that is looked in */
function keyOf(tensor: TensorLocation | null, { offset, ref }: ChunkPlace): string {
  return `${tensor?.offset ?? 'start'}+${offset}:${ref.bytes}`;
}

/** A tensor of `targets` → its counterpart of `bases`. */
function sameTensors(
  targets: readonly TensorLocation[],
  bases: readonly TensorLocation[],
): Map<TensorLocation, TensorLocation> {
  const byName = pairUp(targets, bases, tensor => `${formOf(tensor)} ${tensor.name}`);
  const taken = new Set(byName.values());
  const byOrder = pairUp(
    targets.filter(tensor => !byName.has(tensor)),
    bases.filter(tensor => !taken.has(tensor)),
    formOf,
  );
  return new Map([...byName, ...byOrder]);
}

/** Of those with the same key the first with the first, the second with the second … */
function pairUp(
  targets: readonly TensorLocation[],
  bases: readonly TensorLocation[],
  key: (tensor: TensorLocation) => string,
): Map<TensorLocation, TensorLocation> {
  const waiting = new Map<string, TensorLocation[]>();
  for (const tensor of bases) waiting.set(key(tensor), [...(waiting.get(key(tensor)) ?? []), tensor]);
  const pairs = new Map<TensorLocation, TensorLocation>();
  for (const tensor of targets) {
    const counterpart = waiting.get(key(tensor))?.shift();
    if (counterpart) pairs.set(tensor, counterpart);
  }
  return pairs;
}

function formOf({ datatype, bits, dims }: TensorLocation): string {
  return `${datatype ?? bits} [${dims.join(',')}]`;
}
