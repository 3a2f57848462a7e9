// The weights of a TensorFlow.js model, layers or graph (tfjs-core 4.22, src/io/types.ts and io_utils.ts): what `model.json`
// says of them, and the shards that hold them one after the other.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { joinBytes } from '../join-bytes.ts';
import { fromHalfBits } from '../runtime/half.ts';
import { elements, type Tensor, type TensorData } from '../tensor.ts';
import { z } from '../zod.ts';
import type { ImportFile } from './imported.ts';
import type { ImportNote } from './notes.ts';

/** What one tensor's dtype can be, and the bytes of an element. `string` is a length (uint32) and UTF-8 for each. */
const elementSizes = { float32: 4, int32: 4, bool: 1, uint8: 1, uint16: 2, float16: 2 } as const;

const quantizationSchema = z.object({
  dtype: z.enum(['uint8', 'uint16', 'float16']),
  min: z.number().optional(),
  scale: z.number().optional(),
});

const weightSchema = z.object({
  name: z.string().min(1).max(4096),
  shape: z.array(z.number().int().min(0)).max(16),
  dtype: z.enum(['float32', 'int32', 'bool', 'string', 'complex64']),
  quantization: quantizationSchema.optional(),
});
export type WeightEntry = z.infer<typeof weightSchema>;

/** `weightsManifest` of a `model.json`. */
export const weightsManifestSchema = z
  .array(
    z.object({
      paths: z.array(z.string().min(1).max(4096)).max(16_384),
      weights: z.array(weightSchema).max(100_000),
    }),
  )
  .max(100_000);
export type WeightsManifest = z.infer<typeof weightsManifestSchema>;

/**
 * Name → values, unfolded to FP32, INT32, BOOL or BYTES. What is allocated is bounded by the shards' size.
 * @param folder of `model.json`, with `/` at its end or empty: shards are named relative to it
 * @throws HaversackError `ExternalDataMissing` (no such shard), `ImportImpossible` (sizes that do not agree, other dtypes)
 */
export function readWeights(
  manifest: WeightsManifest,
  files: readonly ImportFile[],
  folder: string,
): Map<string, Tensor> {
  const weights = new Map<string, Tensor>();
  const read = new Set<Bytes>();
  for (const group of manifest) {
    const bytes = joinBytes(group.paths.map(path => once(read, path, shard(files, folder, path))));
    let at = 0;
    for (const entry of group.weights) {
      const end = at + storedBytes(entry, bytes, at);
      if (end > bytes.length) {
        throw impossible(
          `weight '${entry.name}' ends at byte ${end} of ${group.paths.join(', ')}, which has ${bytes.length}`,
        );
      }
      if (weights.has(entry.name)) throw impossible(`weight '${entry.name}' is there twice`);
      weights.set(entry.name, {
        datatype: datatypeOf(entry),
        shape: entry.shape,
        data: valuesOf(entry, bytes.slice(at, end)),
      });
      at = end;
    }
    if (at !== bytes.length) {
      throw impossible(`${group.paths.join(', ')} has ${bytes.length} bytes, its weights take ${at}`);
    }
  }
  return weights;
}

/** What a person should know of weights that were stored in fewer bits. */
export function quantizationNotes(manifest: WeightsManifest): ImportNote[] {
  const kinds = new Set(
    manifest.flatMap(({ weights }) => weights.flatMap(({ quantization }) => quantization?.dtype ?? [])),
  );
  return [...kinds].map(stored => ({ code: 'quantized', stored }));
}

/** Where files came without their folders, the name alone decides. */
function shard(files: readonly ImportFile[], folder: string, path: string): Bytes {
  const name = path.split('/').at(-1)!;
  const found =
    files.find(file => file.path === folder + path) ??
    files.find(file => file.path.split('/').at(-1) === name);
  if (!found)
    throw new HaversackError('ExternalDataMissing', `model.json names '${path}', which is not there.`);
  return found.bytes;
}

/** What is read twice would be held twice; and where names alone decide, two of them are not to be one file. */
function once(read: Set<Bytes>, path: string, bytes: Bytes): Bytes {
  if (read.has(bytes)) throw impossible(`'${path}' is a file that model.json has named before`);
  read.add(bytes);
  return bytes;
}

function storedBytes(entry: WeightEntry, bytes: Bytes, at: number): number {
  const count = elements(entry.shape);
  if (!Number.isSafeInteger(count * 8))
    throw impossible(`weight '${entry.name}' is [${entry.shape.join(', ')}]`);
  const stored = entry.quantization?.dtype ?? entry.dtype;
  if (stored === 'complex64')
    throw impossible(`weight '${entry.name}' is complex64, which ONNX models do not compute with`);
  return stored === 'string' ? stringBytes(entry, bytes, at, count) : count * elementSizes[stored];
}

function stringBytes(entry: WeightEntry, bytes: Bytes, start: number, count: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length)
      throw impossible(`weight '${entry.name}' has ${count} texts and ends after ${i}`);
    at += 4 + view.getUint32(at, true);
  }
  return at - start;
}

function datatypeOf({ dtype }: WeightEntry): Tensor['datatype'] {
  if (dtype === 'int32') return 'INT32';
  if (dtype === 'bool') return 'BOOL';
  return dtype === 'string' ? 'BYTES' : 'FP32';
}

/** @param bytes the entry's own, in a buffer of their own. */
function valuesOf(entry: WeightEntry, bytes: Bytes): TensorData {
  if (entry.quantization) return unfold(entry, entry.quantization, bytes);
  switch (entry.dtype) {
    case 'float32':
      return new Float32Array(bytes.buffer);
    case 'int32':
      return new Int32Array(bytes.buffer);
    case 'string':
      return texts(bytes);
    default:
      return bytes;
  }
}

/** value = stored · scale + min; a whole number is rounded. */
function unfold(
  { name, dtype }: WeightEntry,
  quantization: NonNullable<WeightEntry['quantization']>,
  bytes: Bytes,
): TensorData {
  if (quantization.dtype === 'float16' && dtype === 'float32') {
    return fill(new Float32Array(bytes.length / 2), new Uint16Array(bytes.buffer), fromHalfBits);
  }
  const { scale, min } = quantization;
  if (
    quantization.dtype === 'float16' ||
    scale === undefined ||
    min === undefined ||
    (dtype !== 'float32' && dtype !== 'int32')
  ) {
    throw impossible(`weight '${name}' is ${dtype} quantized to ${quantization.dtype} without a way back`);
  }
  const stored = quantization.dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
  return dtype === 'float32'
    ? fill(new Float32Array(stored.length), stored, value => value * scale + min)
    : fill(new Int32Array(stored.length), stored, value => Math.round(value * scale + min));
}

/** A loop, because `from` goes through an iterator, which takes ten times as long. */
function fill<T extends Float32Array | Int32Array>(
  values: T,
  stored: Uint8Array | Uint16Array,
  value: (stored: number) => number,
): T {
  for (let i = 0; i < values.length; i++) values[i] = value(stored[i]!);
  return values;
}

function texts(bytes: Bytes): string[] {
  const view = new DataView(bytes.buffer);
  const all: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    all.push(new TextDecoder().decode(bytes.subarray(start, at)));
  }
  return all;
}

function impossible(detail: string): HaversackError {
  return new HaversackError('ImportImpossible', detail);
}
