// Weights that lie in files beside the model (onnx.proto of ONNX 1.20, TensorProto.external_data; docs/ExternalData.md):
// brought into it, and put out of it. Knows no file system: a resolver answers what is in a file.
import { clearField, create } from '@bufbuild/protobuf';
import {
  type GraphProto,
  type ModelProto,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from 'onnx-buf';
import { type Bytes, toHex } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { dataTypeName, storedBytes } from './data-type.ts';
import { readModel } from './read.ts';
import { externalDetail, isExternal, shapeOf } from './tensor-proto.ts';
import { allTensors, constantValue, type NamedTensor } from './walk.ts';
import { writeModel } from './write.ts';

/**
 * What is in the file at a location, a path relative to the model's folder that does not leave it, with `/` between its
 * parts. Null: there is no such file. Asked once a location; the bytes must not change while the model is in use.
 */
export type ResolveData = (location: string) => Bytes | null | Promise<Bytes | null>;

/** A file in protobuf's wire format cannot be larger (protobuf.dev/programming-guides/proto-limits). */
const maxFileBytes = 2 ** 31 - 1;

/** `onnx.save`'s `size_threshold`: smaller ones are not worth a place in a file of their own. */
const minExternalBytes = 1024;

/** Pages of 4 KiB are what ONNX recommends offsets to be multiples of, so that files can be mapped. */
const pageBytes = 4096;

/**
 * The model as one file. A model that keeps nothing elsewhere is answered as it came, not copied.
 * @throws HaversackError `NotOnnx`, `TooLarge`, and what `loadExternalData` throws
 */
export async function foldExternalData(file: Bytes, resolve: ResolveData): Promise<Bytes> {
  const model = readModel(file);
  const external = externalTensors(model);
  if (external.length === 0) return file;
  await loadExternalData(model, resolve);
  const bytes = external.reduce((sum, { tensor }) => sum + tensor.rawData.length, file.length);
  if (bytes > maxFileBytes) {
    throw new HaversackError(
      'TooLarge',
      `With the weights beside it the model has ${bytes} bytes; one ONNX file holds ${maxFileBytes}.`,
    );
  }
  return writeModel(model);
}

/**
 * Weights become views of what `resolve` answers; nothing is copied.
 * @throws HaversackError `ExternalDataMissing` (no such file), `ModelInvalid` (a location outside of the folder, a range or
 * a checksum that does not fit, a tensor that no file can hold)
 */
export async function loadExternalData(model: ModelProto, resolve: ResolveData): Promise<void> {
  const files = new Map<string, Promise<Bytes>>();
  for (const named of externalTensors(model)) {
    const place = placeOf(named);
    let file = files.get(place.location);
    if (!file) {
      file = openFile(named, place, resolve);
      files.set(place.location, file);
    }
    bringIn(named, place, await file);
  }
}

function externalTensors(model: ModelProto): NamedTensor[] {
  return [...allTensors(model)].filter(({ tensor }) => isExternal(tensor));
}

interface Place {
  readonly location: string;
  readonly offset: number;
  /** Null: as many as the tensor has. */
  readonly length: number | null;
  /** SHA-1 of the whole file, in hexadecimal digits; null where the model does not say. */
  readonly checksum: string | null;
}

function placeOf(named: NamedTensor): Place {
  const entries = new Map(named.tensor.externalData.map(({ key, value }) => [key, value]));
  return {
    location: locationOf(named, entries.get('location') ?? ''),
    offset: countOf(named, 'offset', entries.get('offset')) ?? 0,
    length: countOf(named, 'length', entries.get('length')),
    checksum: entries.get('checksum')?.toLowerCase() ?? null,
  };
}

/** Windows' separators and drives count, whatever the host: a model must mean the same files everywhere. */
function locationOf(named: NamedTensor, location: string): string {
  const parts = location.split(/[\\/]/).filter(part => part !== '' && part !== '.');
  const isAbsolute = /^([\\/]|[A-Za-z]:)/.test(location);
  if (parts.length > 0 && !isAbsolute && !parts.includes('..') && !location.includes('\0')) {
    return parts.join('/');
  }
  throw invalid(named, 'a place outside of the model’s folder');
}

function countOf(named: NamedTensor, key: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw invalid(named, `its ${key} is '${text}'`);
}

async function openFile(
  named: NamedTensor,
  { location, checksum }: Place,
  resolve: ResolveData,
): Promise<Bytes> {
  const file = await resolve(location);
  if (!file) {
    throw new HaversackError(
      'ExternalDataMissing',
      `${externalDetail(named.tensor, named.name)} There is no such file.`,
    );
  }
  if (checksum === null) return file;
  const actual = toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', file)));
  if (actual !== checksum) throw invalid(named, `the file's SHA-1 is ${actual}, not ${checksum}`);
  return file;
}

function bringIn(named: NamedTensor, { offset, length }: Place, file: Bytes): void {
  const { tensor } = named;
  const shape = shapeOf(tensor);
  const wanted = storedBytes(tensor.dataType, shape);
  if (wanted === null || shape.some(size => size < 0)) {
    throw invalid(
      named,
      `its elements, [${shape.join(', ')}] of ${dataTypeName(tensor.dataType)}, have no size`,
    );
  }
  if (length !== null && length !== wanted) {
    throw invalid(named, `[${shape.join(', ')}] takes ${wanted} bytes, it says ${length}`);
  }
  if (offset + wanted > file.length) {
    throw invalid(named, `bytes ${offset} to ${offset + wanted} of a file of ${file.length}`);
  }
  tensor.rawData = file.subarray(offset, offset + wanted);
  tensor.externalData = [];
  clearField(tensor, TensorProtoSchema.field.dataLocation);
}

function invalid({ name, tensor }: NamedTensor, what: string): HaversackError {
  return new HaversackError('ModelInvalid', `${externalDetail(tensor, name).slice(0, -1)}: ${what}.`);
}

export interface SplitModel {
  /** The model without the elements of its larger weights. */
  readonly model: Bytes;
  /** Those elements: the file that belongs at the location. */
  readonly data: Bytes;
}

/**
 * The weights of `minBytes` and more in a file of their own, one after the other from page to page. `foldExternalData`
 * makes the same bytes of the two again.
 * @param location the data file's path, relative to the model's folder
 * @throws HaversackError `NotOnnx`
 */
export function splitExternalData(file: Bytes, location: string, minBytes = minExternalBytes): SplitModel {
  const model = readModel(file);
  const moved: { readonly offset: number; readonly bytes: Bytes }[] = [];
  let end = 0;
  for (const { tensor } of allTensors(model)) {
    if (tensor.rawData.length < minBytes || isExternal(tensor)) continue;
    const offset = Math.ceil(end / pageBytes) * pageBytes;
    moved.push({ offset, bytes: tensor.rawData });
    end = offset + tensor.rawData.length;
    putOut(tensor, location, offset);
  }
  const data = new Uint8Array(end);
  for (const { offset, bytes } of moved) data.set(bytes, offset);
  return { model: writeModel(model), data };
}

/**
 * The model without the elements of its larger weights, which are said to lie where they do lie: in the file that it came in.
 * Who opens it with that file beside it has no second copy of the weights. Nested graphs keep theirs: not every runtime looks
 * outside for them.
 * @param location what the file is to be called
 * @throws HaversackError `NotOnnx`
 */
export function pointIntoFile(file: Bytes, location: string, minBytes = minExternalBytes): Bytes {
  const model = readModel(file);
  for (const tensor of weightsOf(model.graph)) {
    if (tensor.rawData.length < minBytes || isExternal(tensor)) continue;
    // A view, as all that was read is.
    putOut(tensor, location, tensor.rawData.byteOffset - file.byteOffset);
  }
  return writeModel(model);
}

function weightsOf(graph: GraphProto | undefined): TensorProto[] {
  const constants = graph?.node.map(constantValue).filter(value => value !== null);
  return [...(graph?.initializer ?? []), ...(constants ?? [])];
}

function putOut(tensor: TensorProto, location: string, offset: number): void {
  const entries = { location, offset: String(offset), length: String(tensor.rawData.length) };
  tensor.externalData = Object.entries(entries).map(([key, value]) =>
    create(StringStringEntryProtoSchema, { key, value }),
  );
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  clearField(tensor, TensorProtoSchema.field.rawData);
}
