// The body of an inference response as a client reads it. Checked by hand: a client carries no schema library, nor the catalogue
// of errors.
import { datatypes } from '../datatype.ts';
import type { TensorMap } from '../tensor.ts';
import { exactDataOf, openFrame, readTensors } from './frame.ts';
import { Malformed } from './malformed.ts';
import { type InferResponseMessage, maxTensors, type TensorMessage } from './messages.ts';

export interface InferResponse {
  readonly modelName: string | null;
  /** Which version answered, whatever alias was asked. */
  readonly modelVersion: string | null;
  readonly id: string | null;
  readonly outputs: TensorMap;
}

/** @throws Malformed */
export function readResponse(body: Uint8Array<ArrayBuffer>, headerLength: number | null): InferResponse {
  const frame = openFrame(body, headerLength);
  const message = toResponseMessage(frame.json);
  return {
    modelName: message.model_name ?? null,
    modelVersion: message.model_version ?? null,
    id: message.id ?? null,
    outputs: readTensors(message.outputs, frame.binary, exactDataOf(frame, 'outputs')),
  };
}

type Json = Readonly<Record<string, unknown>>;

function toResponseMessage(json: unknown): InferResponseMessage {
  if (!isObject(json)) throw new Malformed('the answer is no object');
  const { outputs } = json;
  if (!Array.isArray(outputs)) throw new Malformed('the answer has no array of outputs');
  if (outputs.length > maxTensors) throw new Malformed(`the answer has ${outputs.length} outputs`);
  return {
    model_name: optionalText(json, 'model_name'),
    model_version: optionalText(json, 'model_version'),
    id: optionalText(json, 'id'),
    outputs: outputs.map(toTensorMessage),
  };
}

/** Some engines send null for what is absent (KServe: model_version). */
function optionalText(json: Json, member: string): string | undefined {
  const value = json[member] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw new Malformed(`${member} is no string`);
  return value;
}

function toTensorMessage(json: unknown, index: number): TensorMessage {
  if (!isObject(json) || typeof json['name'] !== 'string') throw new Malformed(`output ${index} has no name`);
  const { name, shape, parameters, data } = json;
  const datatype = datatypes.find(known => known === json['datatype']);
  if (!datatype) throw new Malformed(`'${name}' has the datatype ${JSON.stringify(json['datatype'])}`);
  if (!isShape(shape)) throw new Malformed(`'${name}' has the shape ${JSON.stringify(shape)}`);
  const size = isObject(parameters) ? parameters['binary_data_size'] : undefined;
  return {
    name,
    datatype,
    shape,
    ...(typeof size === 'number' && { parameters: { binary_data_size: size } }),
    ...(Array.isArray(data) && { data: data as unknown[] }),
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.length <= 16 && value.every(size => Number.isSafeInteger(size) && size >= 0)
  );
}
