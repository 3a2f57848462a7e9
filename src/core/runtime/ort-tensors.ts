// How ONNX Runtime's JavaScript bindings spell our datatypes, and whether feeds fit a model. Knows no binding: both of
// them, web and Node, share these names.
import type { Datatype } from '../datatype.ts';
import { HaversackError } from '../errors.ts';
import { elements, type Tensor, type TensorMap } from '../tensor.ts';
import type { TensorSpec } from './session.ts';

/** BF16 is absent: the bindings have no such tensor. */
const ortTypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Partial<Record<Datatype, string>>;
export type OrtType = (typeof ortTypes)[keyof typeof ortTypes];

const datatypes = new Map<string, Datatype>(
  Object.entries(ortTypes).map(([datatype, type]) => [type, datatype as Datatype]),
);

/** The binding's name; null for what it has no tensor for. */
export function toOrtType(datatype: Datatype): OrtType | null {
  return datatype === 'BF16' ? null : ortTypes[datatype];
}

/** @throws HaversackError `ModelInvalid` for a type that the Open Inference Protocol cannot name (int4, …) */
export function fromOrtType(type: string): Datatype {
  const datatype = datatypes.get(type);
  if (!datatype) throw new HaversackError('ModelInvalid', `tensors of type ${type} cannot be given or read`);
  return datatype;
}

/** What a binding says of an input or output. Symbolic dimensions are strings. */
export interface OrtValueMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

/** @throws HaversackError `ModelInvalid` where it is no tensor (a sequence, a map) */
export function specOf(value: OrtValueMetadata): TensorSpec {
  if (!value.isTensor || value.type === undefined) {
    throw new HaversackError('ModelInvalid', `${value.name} is no tensor (a sequence or a map)`);
  }
  const shape = (value.shape ?? []).map(size => (isKnown(size) ? Number(size) : -1));
  return { name: value.name, datatype: fromOrtType(value.type), shape };
}

/** A dimension without a name is −1 in the Node binding and its unsigned twin, 4294967295, in the web's (1.30). */
function isKnown(size: number | string): boolean {
  return typeof size === 'number' && size >= 0 && size < 2 ** 32 - 1;
}

/**
 * Checks names, datatypes, shapes and lengths, so that a wrong input is told with both numbers.
 * @throws HaversackError `InputInvalid`
 */
export function checkFeeds(inputs: readonly TensorSpec[], feeds: TensorMap): void {
  const unknown = Object.keys(feeds).find(name => !inputs.some(input => input.name === name));
  if (unknown !== undefined) {
    const wanted = inputs.map(input => input.name).join(', ');
    throw new HaversackError('InputInvalid', `no input is called ${unknown}; wanted ${wanted}`);
  }
  for (const input of inputs) {
    const feed = feeds[input.name];
    if (!feed) throw new HaversackError('InputInvalid', `input ${input.name} is missing`);
    checkFeed(input, feed);
  }
}

function checkFeed(input: TensorSpec, feed: Tensor): void {
  const refuse = (got: string, want: string): never => {
    throw new HaversackError('InputInvalid', `input ${input.name} is ${got}, wanted ${want}`);
  };
  if (feed.datatype !== input.datatype) refuse(feed.datatype, input.datatype);
  const fits =
    feed.shape.length === input.shape.length &&
    input.shape.every((size, axis) => size === -1 || size === feed.shape[axis]);
  if (!fits) refuse(`[${feed.shape.join(', ')}]`, `[${input.shape.join(', ')}] (-1: any size)`);
  const count = elements(feed.shape);
  if (feed.data.length !== count) refuse(`${feed.data.length} values`, `${count} for its shape`);
  // Both bindings (1.30) hand text over as C strings, and would cut it there in silence.
  if (Array.isArray(feed.data) && feed.data.some(text => text.includes('\0'))) {
    refuse('text with a NUL in it', 'none: to this runtime text ends at a NUL');
  }
}
