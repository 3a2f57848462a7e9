// A run's state as bytes: what it is in JSON, and the numbers of its tensors behind it.
import type { Bytes } from '../artifact/digest.ts';
import { datatypeSchema, shapeSchema } from '../datatype-schema.ts';
import { elementBytes } from '../datatype.ts';
import { HaversackError } from '../errors.ts';
import { joinBytes } from '../join-bytes.ts';
import { bytesOfTensor, tensorOfBytes } from '../tensor-bytes.ts';
import { elements, type Tensor } from '../tensor.ts';
import { z } from '../zod.ts';
import type { FitState } from './fit-state.ts';

// uint32 length of the JSON, little-endian; the JSON, UTF-8; then the order of the rows and each tensor's elements, packed,
// in the order in which the JSON names them.
const lengthBytes = 4;

const word = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const count = z.number().int().min(0);
const judgementSchema = z.object({ loss: z.number(), hits: count, answers: z.number(), rows: count });
const namedSchema = z.array(
  z.object({ name: z.string(), datatype: datatypeSchema.exclude(['BYTES']), shape: shapeSchema }),
);

const headerSchema = z.object({
  formatVersion: z.literal(1),
  provider: z.enum(['wasm', 'webgpu', 'cpu']),
  threads: z.number().int().min(1),
  step: count,
  steps: count,
  epoch: count,
  taken: count,
  rows: count,
  random: z.tuple([word, word, word, word]).readonly(),
  /** `best` is null before the first epoch's end: JSON has no infinity. */
  plateau: z.object({ best: z.number().nullable(), badEpochs: count, scale: z.number() }),
  training: judgementSchema,
  validation: judgementSchema.nullable(),
  workedMs: z.number(),
  slots: namedSchema,
  kept: z.object({ epoch: count, validation: judgementSchema.nullable(), weights: namedSchema }).nullable(),
});
type Header = z.infer<typeof headerSchema>;

export function stateToBytes({ order, slots, kept, plateau, ...rest }: FitState): Bytes {
  const header: Header = {
    formatVersion: 1,
    ...rest,
    rows: order.length,
    plateau: { ...plateau, best: Number.isFinite(plateau.best) ? plateau.best : null },
    slots: namesOf(slots),
    kept: kept && { ...kept, weights: namesOf(kept.weights) },
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const pieces = [
    new Uint8Array(Uint32Array.of(json.length).buffer),
    json,
    new Uint8Array(order.buffer, order.byteOffset, order.byteLength),
    ...Array.from(slots.values(), bytesOfTensor),
    ...Array.from(kept?.weights.values() ?? [], bytesOfTensor),
  ];
  return joinBytes(pieces);
}

/** @throws HaversackError `DocumentInvalid` for what is no state, or one of a later build */
export function stateFromBytes(bytes: Bytes): FitState {
  try {
    return read(bytes);
  } catch (cause) {
    throw new HaversackError('DocumentInvalid', `a run's state: ${String(cause)}`, { cause });
  }
}

function read(bytes: Bytes): FitState {
  let at = 0;
  const take = (length: number): Bytes => {
    if (at + length > bytes.length) throw new RangeError(`it ends after ${bytes.length} bytes`);
    return bytes.subarray(at, (at += length));
  };
  const tensors = (named: Header['slots']): Map<string, Tensor> =>
    new Map(
      named.map(({ name, datatype, shape }) => {
        const packed = take(elements(shape) * elementBytes[datatype]!);
        return [name, tensorOfBytes(datatype, shape, packed)];
      }),
    );
  const length = new Uint32Array(take(lengthBytes).slice().buffer)[0]!;
  const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(take(length)));
  const { formatVersion: _, rows, plateau, slots, kept, ...rest } = headerSchema.parse(json);
  return {
    ...rest,
    plateau: { ...plateau, best: plateau.best ?? Infinity },
    order: new Int32Array(take(rows * Int32Array.BYTES_PER_ELEMENT).slice().buffer),
    slots: tensors(slots),
    kept: kept && { ...kept, weights: tensors(kept.weights) },
  };
}

function namesOf(tensors: ReadonlyMap<string, Tensor>): Header['slots'] {
  return Array.from(tensors, ([name, { datatype, shape }]) => {
    if (datatype === 'BYTES') throw new TypeError(`namesOf: '${name}' is text, which no step carries`);
    return { name, datatype, shape: [...shape] };
  });
}
