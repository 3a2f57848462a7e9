// The protocols beside the Open Inference Protocol that many clients speak: KServe's v1 and TensorFlow Serving's predict, in
// row form (`instances` → `predictions`) and columnar form (`inputs` → `outputs`). Sources: kserve
// python/kserve/kserve/protocol/rest/v1_endpoints.py, tensorflow_serving g3doc/api_rest.md.
import type { InputInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import { answeredByHeader, formatAnsweredBy } from '../protocol/answered-by.ts';
import { blaming } from '../protocol/blaming.ts';
import { tensorFromJson } from '../protocol/codec-json.ts';
import { type Frame, openFrame } from '../protocol/frame.ts';
import { JsonWriter } from '../protocol/json-writer.ts';
import { Malformed } from '../protocol/malformed.ts';
import { jsonMediaType } from '../protocol/messages.ts';
import type { Tensor, TensorMap } from '../tensor.ts';
import { jsonAnswer } from './answers.ts';
import { decodeBase64 } from './base64-values.ts';
import { type AnsweredRun, feedRuns, requestFor } from './feed-rows.ts';
import { inputsOf } from './interface-of.ts';
import { onlyInput, rowsOfList, type Run, runsOfRows } from './json-rows.ts';
import { readable } from './repository.ts';
import { assertFewRows, assertRows, rowOfTensor } from './rows-of-outputs.ts';
import type {
  Answered,
  PredictionBackend,
  ProtocolAnswer,
  ProtocolAsk,
  ProtocolBackend,
  Target,
} from './service.ts';
import { resolvePermitted } from './target.ts';

/** `GET /v1/models` */
export async function modelsAnswer(ask: ProtocolAsk, backend: ProtocolBackend): Promise<ProtocolAnswer> {
  const entries = await readable(await backend.index(), ask);
  return jsonAnswer({ models: [...new Set(entries.map(({ name }) => name))] });
}

/** `GET /v1/models/{model}`: what KServe says, and what TensorFlow Serving does. */
export async function modelAnswer(
  target: Target,
  ask: ProtocolAsk,
  backend: ProtocolBackend,
): Promise<ProtocolAnswer> {
  const resolved = await resolvePermitted(target, 'read', ask, backend);
  await backend.ready(resolved);
  const status = { error_code: 'OK', error_message: '' };
  return jsonAnswer({
    name: resolved.model,
    ready: true,
    model_version_status: [{ version: String(resolved.version), state: 'AVAILABLE', status }],
  });
}

/** `POST /v1/models/{model}:predict` */
export async function predictAnswer(
  target: Target,
  ask: ProtocolAsk,
  backend: PredictionBackend,
): Promise<ProtocolAnswer> {
  const version = await resolvePermitted(target, 'predict', ask, backend);
  const frame = blaming('BadRequest', () => openFrame(ask.body, null));
  const { inputs } = await inputsOf(version, backend);
  if (formOf(frame.json) === 'instances') {
    const runs = rowRuns(frame.json, inputs);
    const exact = () => rowRuns(frame.exactJson(), inputs);
    return predictions(await feedRuns(version, runs, exact, ask.context, backend));
  }
  const feeds = columns(frame, inputs);
  return outputs(await backend.infer(version, requestFor(feeds), ask.context));
}

function formOf(json: unknown): 'instances' | 'inputs' {
  const members = typeof json === 'object' && json !== null ? json : {};
  const [rows, whole] = [Object.hasOwn(members, 'instances'), Object.hasOwn(members, 'inputs')];
  if (rows !== whole) return rows ? 'instances' : 'inputs';
  throw new HaversackError(
    'BadRequest',
    `wanted one of instances and inputs, got ${rows ? 'both' : 'neither'}`,
  );
}

function rowRuns(json: unknown, inputs: readonly InputInterface[]): Run[] {
  const { instances } = json as { instances: unknown };
  return blaming('InputInvalid', () => {
    if (!Array.isArray(instances)) throw new Malformed('instances is no array');
    return runsOfRows(inputs, rowsOfList(decodeBase64(instances, inputs) as unknown[], inputs));
  });
}

/** A tensor by its name, or the only one as it is; its shape is how deep its arrays are. */
function columns(frame: Frame, inputs: readonly InputInterface[]): TensorMap {
  return blaming('InputInvalid', () => {
    const named = namedColumns(frame.json, inputs);
    const exact = () => namedColumns(frame.exactJson(), inputs);
    return Object.fromEntries(
      inputs.map(({ name, datatype }) => {
        const data = wrapped(named[name]);
        const shape = Array.isArray(named[name]) ? shapeOf(named[name]) : [];
        assertFewRows(shape[0] ?? 1);
        return [name, tensorFromJson(name, datatype, shape, data, () => wrapped(exact()[name]))];
      }),
    );
  });
}

function namedColumns(json: unknown, inputs: readonly InputInterface[]): Readonly<Record<string, unknown>> {
  const value = decodeBase64((json as { inputs: unknown }).inputs, inputs);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { [onlyInput(inputs, 'inputs').name]: value };
  }
  const named = value as Readonly<Record<string, unknown>>;
  const wanted = inputs.map(({ name }) => name);
  const wrong =
    wanted.find(name => !Object.hasOwn(named, name)) ??
    Object.keys(named).find(name => !wanted.includes(name));
  if (wrong === undefined) return named;
  throw new Malformed(
    `inputs names ${Object.keys(named).join(', ').slice(0, 200)}, wanted ${wanted.join(', ')}`,
  );
}

function wrapped(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** By the first element of each level: that the others are alike is looked at when they are read. */
function shapeOf(value: unknown): number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0] as unknown) {
    shape.push(level.length);
    if (shape.length > 32) throw new Malformed('inputs is nested deeper than 32');
  }
  return shape;
}

/** One output: its rows without a name; several: an object a row. */
function predictions(runs: readonly AnsweredRun[]): ProtocolAnswer {
  return written('predictions', runs[0]!.answered, writer => {
    writer.text('[');
    let first = true;
    for (const { rows, answered } of runs) {
      assertRows(answered.outputs, rows);
      for (let row = 0; row < rows; row++) {
        if (!first) writer.text(',');
        first = false;
        writeUnnamed(writer, answered.outputs, tensor => rowOfTensor(tensor, row, rows));
      }
    }
    writer.text(']');
  });
}

function outputs(answered: Answered): ProtocolAnswer {
  return written('outputs', answered, writer => writeUnnamed(writer, answered.outputs, tensor => tensor));
}

function written(member: string, { by }: Answered, write: (writer: JsonWriter) => void): ProtocolAnswer {
  const writer = new JsonWriter();
  writer.text(`{"${member}":`);
  blaming('BadRequest', () => write(writer));
  writer.text('}');
  return {
    status: 200,
    headers: { 'Content-Type': jsonMediaType, [answeredByHeader]: formatAnsweredBy(by) },
    body: writer.take(),
  };
}

function writeUnnamed(writer: JsonWriter, tensors: TensorMap, part: (tensor: Tensor) => Tensor): void {
  const named = Object.entries(tensors);
  const [only] = named;
  if (only && named.length === 1) return writer.nested(only[0], part(only[1]));
  named.forEach(([name, tensor], index) => {
    writer.text(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    writer.nested(name, part(tensor));
  });
  writer.text('}');
}
