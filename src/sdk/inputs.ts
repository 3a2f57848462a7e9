// What a program gives `predict`, as tensors by the model's interface: rows by names, numbers in arrays, typed arrays, pictures.
import { type Datatype, datatypes } from '../core/datatype.ts';
import { elements, type Tensor, type TensorData, type TensorMap } from '../core/tensor.ts';
import { arrays } from '../core/tensor-bytes.ts';
import { type ClientError, clientError } from './client-error.ts';
import type { Described, DescribedInput } from './described.ts';
import type { InputValue, ModelInput, NamedValues, ShapedData, Values } from './types.ts';
import { dataOf, NoValue } from './values.ts';

type Named = Readonly<Record<string, InputValue>>;

/** Null unless each input is named and is a whole tensor: then nothing needs to be known of the model. */
export function asTensors(input: unknown): TensorMap | null {
  if (!isNamed(input)) return null;
  const tensors = Object.values(input);
  return tensors.length > 0 && tensors.every(isTensor) ? (input as unknown as TensorMap) : null;
}

/** @throws ClientError `InputInvalid` saying what was got and what was wanted */
export async function toTensors(input: ModelInput, described: Described): Promise<TensorMap> {
  const { inputs } = described;
  const byName = byNames(input, inputs);
  if (byName) {
    const tensors = inputs.map(async one => [one.name, await toTensor(byName[one.name]!, one)] as const);
    return Object.fromEntries(await Promise.all(tensors));
  }
  const [only, ...more] = inputs;
  if (!only || more.length > 0) {
    throw invalid(`the model has ${inputs.length} inputs (${namesOf(inputs)}): name them`);
  }
  return { [only.name]: await toTensor(unnamed(input, only), only) };
}

/** Values by the names of the model's inputs; rows are brought together, input by input. Null where no input is named. */
function byNames(input: ModelInput, inputs: readonly DescribedInput[]): Named | null {
  const rows = rowsOf(input);
  if (!rows || !inputs.some(({ name }) => name in rows[0]!)) return null;
  rows.forEach((row, index) =>
    checkNames(
      row,
      inputs.map(({ name }) => name),
      index,
    ),
  );
  if (!Array.isArray(input)) return rows[0]!;
  return Object.fromEntries(
    inputs.map(({ name }) => [name, rows.flatMap(row => row[name] as Values)] as const),
  );
}

/** Features by their names become numbers in their order. */
function unnamed(input: ModelInput, { name, meaning }: DescribedInput): InputValue {
  const rows = rowsOf(input);
  if (!rows) return input as InputValue;
  const names = meaning?.names;
  if (!names)
    throw invalid(`nobody said what the features are called: name the input ${name}, or give an array`);
  return rows.map((row, index) => {
    checkNames(row, names, index);
    return names.map(feature => row[feature] as number);
  });
}

function checkNames(row: Named, wanted: readonly string[], index: number): void {
  const missing = wanted.find(name => !(name in row));
  const unknown = Object.keys(row).find(name => !wanted.includes(name));
  if (missing === undefined && unknown === undefined) return;
  const what = missing === undefined ? `${unknown} is unknown` : `${missing} is missing`;
  throw invalid(`row ${index + 1}: ${what}; wanted ${wanted.join(', ')}`);
}

/** Null for what is no row, or rows, by names. */
function rowsOf(input: ModelInput): readonly Named[] | null {
  const rows = Array.isArray(input) ? (input as unknown[]) : [input];
  return rows.length > 0 && rows.every(isNamed) ? rows : null;
}

/** An object of a program's own, and not one that stands for a tensor, a picture or a drawing. */
function isNamed(value: unknown): value is NamedValues {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    return false;
  return !isShaped(value) && !isSeen(value);
}

function isShaped(value: object): value is ShapedData {
  return 'data' in value && 'shape' in value;
}

/** A picture or a drawing. */
function isSeen(value: object): boolean {
  return (
    'strokes' in value ||
    'getContext' in value ||
    'arrayBuffer' in value ||
    ('width' in value && 'data' in value)
  );
}

function isTensor(value: unknown): value is Tensor {
  return (
    typeof value === 'object' &&
    value !== null &&
    isShaped(value) &&
    datatypes.includes(value.datatype as Datatype)
  );
}

async function toTensor(value: InputValue, input: DescribedInput): Promise<Tensor> {
  if (typeof value !== 'object') return ofValues([value], input);
  if (Array.isArray(value)) return ofValues(value as Values, input);
  if (ArrayBuffer.isView(value)) return ofData(value as TensorData, null, input, input.datatype);
  if (isShaped(value)) {
    return ofData(value.data as TensorData, value.shape, input, value.datatype ?? input.datatype);
  }
  // The part that reads pictures is large, and most programs send none.
  const { pictureTensor } = await import('./picture.ts');
  return pictureTensor(value as never, input);
}

function ofValues(values: Values, input: DescribedInput): Tensor {
  const natural: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) natural.push(level.length);
  const flat = (values as unknown[]).flat(Infinity);
  const shape =
    fits(natural, input.shape) && elements(natural) === flat.length ? natural : shapeFor(flat.length, input);
  return fromValues(flat, shape, input, input.datatype);
}

function ofData(
  data: TensorData,
  given: readonly number[] | null,
  input: DescribedInput,
  datatype: Datatype,
): Tensor {
  const shape = given ?? shapeFor(data.length, input);
  const isOfKind = datatype !== 'BYTES' && data instanceof (arrays[datatype] as never);
  // An array of another kind (numbers where floats are wanted, doubles) is converted, and checked in that.
  return isOfKind ? checked({ datatype, shape, data }, input) : fromValues([...data], shape, input, datatype);
}

function fromValues(
  values: readonly unknown[],
  shape: readonly number[],
  input: DescribedInput,
  datatype: Datatype,
): Tensor {
  try {
    return checked({ datatype, shape, data: dataOf(input.name, datatype, values) }, input);
  } catch (thrown) {
    throw thrown instanceof NoValue ? invalid(thrown.message) : thrown;
  }
}

function checked(tensor: Tensor, { name }: DescribedInput): Tensor {
  const { shape, data } = tensor;
  if (data.length === elements(shape)) return tensor;
  throw invalid(`${name} is [${shape.join(', ')}], got ${data.length} values`);
}

function fits(shape: readonly number[], wanted: readonly number[]): boolean {
  return shape.length === wanted.length && wanted.every((size, axis) => size === -1 || size === shape[axis]);
}

/** The model's shape with its one free dimension, mostly the rows, filled from the count of values. */
function shapeFor(count: number, { name, shape }: DescribedInput): number[] {
  const fixed = elements(shape.filter(size => size !== -1));
  const freeOf = (sizes: readonly number[]) => sizes.filter(size => size === -1).length;
  // Where more than the rows is free, it is one row.
  const filled = freeOf(shape) > 1 && shape[0] === -1 ? [1, ...shape.slice(1)] : shape;
  const free = freeOf(filled);
  if (free > 1 || (free === 0 ? count !== fixed : count % fixed !== 0)) {
    throw invalid(
      `${name} is [${shape.join(', ')}] (-1: any size), got ${count} values: give them with a shape`,
    );
  }
  return filled.map(size => (size === -1 ? count / fixed : size));
}

function namesOf(inputs: readonly DescribedInput[]): string {
  return inputs.map(({ name }) => name).join(', ');
}

function invalid(detail: string): ClientError {
  return clientError('InputInvalid', detail);
}
