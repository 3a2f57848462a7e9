// POST /predict: the short form of a prediction, for people and scripts. A model by name, inputs as one would write them down,
// answers row by row with labels, probabilities and whether they are sure.
import type { InputInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import { answeredByHeader, formatAnsweredBy } from '../protocol/answered-by.ts';
import { blaming } from '../protocol/blaming.ts';
import { exactDataOf, type Frame, openFrame, readTensors } from '../protocol/frame.ts';
import { JsonWriter } from '../protocol/json-writer.ts';
import { decisionPrefix, jsonMediaType, type TensorMessage } from '../protocol/messages.ts';
import { isTensorMessage } from '../protocol/request-message.ts';
import type { TensorMap } from '../tensor.ts';
import { z } from '../zod.ts';
import { rowChoiceSchema, rowsOfDataset } from './dataset-rows.ts';
import { decidedOutputs } from './decided-outputs.ts';
import { duplicateMember } from './duplicate-member.ts';
import { type AnsweredRun, feedRuns, requestFor } from './feed-rows.ts';
import { modelVersionOf } from './infer.ts';
import { type InputsAndDescription, inputsOf } from './interface-of.ts';
import { assertKnownNames, rowsOfJson, type Run, runsOfRows } from './json-rows.ts';
import { assertFewRows, assertRows, rowOfTensor, rowsOfOutputs } from './rows-of-outputs.ts';
import type { Description, PredictionBackend, ProtocolAnswer, ProtocolAsk, Resolved } from './service.ts';
import { parseTarget, resolvePermitted } from './target.ts';

export const shortFormPath = '/predict';

/** `inputs`, or rows of a data set that the host keeps. */
export const shortFormSchema = z.strictObject({
  /** `iris`, `iris@3`, `iris@canary`. */
  model: z.string().min(1).max(130),
  /** A row, rows, named features, named inputs, or tensors as in /v2. */
  inputs: z.unknown().optional(),
  dataset: z.string().min(1).max(130).optional(),
  /** Columns, in the order of the input's numbers; absent: those that the model names. */
  features: z.array(z.string().max(256)).min(1).max(16_384).optional(),
  rows: rowChoiceSchema.optional(),
});
type ShortForm = z.infer<typeof shortFormSchema>;

/** @throws HaversackError `BadRequest`, `InputInvalid`, `NotFound`, and what the backend throws */
export async function shortFormAnswer(ask: ProtocolAsk, backend: PredictionBackend): Promise<ProtocolAnswer> {
  const frame = blaming('BadRequest', () => openFrame(ask.body, null));
  const form = parseForm(frame.json);
  const version = await resolvePermitted(parseTarget(form.model), 'predict', ask, backend);
  const its = await inputsOf(version, backend);
  const runs = await answered(form, frame, { version, its, ask, backend });
  return written(version, runs, its.description);
}

function parseForm(json: unknown): ShortForm {
  const parsed = shortFormSchema.safeParse(json);
  if (!parsed.success) throw new HaversackError('BadRequest', z.prettifyError(parsed.error));
  const { inputs, dataset, features, rows } = parsed.data;
  if ((inputs === undefined) === (dataset === undefined)) {
    const got = inputs === undefined ? 'neither' : 'both';
    throw new HaversackError('BadRequest', `wanted one of inputs and dataset, got ${got}`);
  }
  if (inputs !== undefined && (features ?? rows) !== undefined) {
    throw new HaversackError('BadRequest', 'features and rows choose from a dataset, and there are inputs');
  }
  return parsed.data;
}

interface Asked {
  readonly version: Resolved;
  readonly its: InputsAndDescription;
  readonly ask: ProtocolAsk;
  readonly backend: PredictionBackend;
}

async function answered(form: ShortForm, frame: Frame, asked: Asked): Promise<AnsweredRun[]> {
  const { version, its, ask, backend } = asked;
  const { inputs } = form;
  if (isArrayOfTensors(inputs)) {
    const tensors = blaming('BadRequest', () =>
      readTensors(inputs, new Uint8Array(), exactDataOf(frame, 'inputs')),
    );
    const rows = Object.values(tensors)[0]?.shape[0] ?? 1;
    assertFewRows(rows);
    const answer = await backend.infer(version, requestFor(tensors), ask.context);
    return [{ rows: rowsOfOutputs(rows, answer.outputs), answered: answer }];
  }
  if (form.dataset !== undefined) {
    const runs = await datasetRuns(form.dataset, form, asked);
    return feedRuns(version, runs, () => runs, ask.context, backend);
  }
  const runs = namedRuns(inputs, frame, its.inputs);
  const exact = () => runsOf((frame.exactJson() as ShortForm).inputs, its.inputs);
  return feedRuns(version, runs, exact, ask.context, backend);
}

function isArrayOfTensors(inputs: unknown): inputs is TensorMessage[] {
  return Array.isArray(inputs) && inputs.length > 0 && inputs.every(isTensorMessage);
}

function namedRuns(inputs: unknown, frame: Frame, wanted: readonly InputInterface[]): Run[] {
  const runs = runsOf(inputs, wanted);
  blaming('InputInvalid', () => assertKnownNames(inputs, wanted));
  const twice = duplicateMember(frame.text);
  if (twice === null) return runs;
  throw new HaversackError('InputInvalid', `'${twice.slice(0, 64)}' is there twice`);
}

function runsOf(inputs: unknown, wanted: readonly InputInterface[]): Run[] {
  return blaming('InputInvalid', () => runsOfRows(wanted, rowsOfJson(inputs, wanted)));
}

async function datasetRuns(name: string, { features, rows }: ShortForm, asked: Asked): Promise<Run[]> {
  const { its, ask } = asked;
  if (!ask.dataset) throw new HaversackError('NotFound', `there are no data sets here, nor ${name}`);
  const dataset = await ask.dataset(name);
  return blaming('InputInvalid', () =>
    runsOfRows(its.inputs, rowsOfDataset(dataset, its.inputs, features ?? null, rows ?? null)),
  );
}

function written(
  version: Resolved,
  runs: readonly AnsweredRun[],
  description: Description | null,
): ProtocolAnswer {
  const first = runs[0]!.answered;
  const writer = new JsonWriter();
  const head = JSON.stringify({ model: version.model, version: numberOf(modelVersionOf(version, first)) });
  writer.text(`${head.slice(0, -1)},"rows":[`);
  blaming('BadRequest', () => {
    runs.forEach((run, index) => {
      if (index > 0) writer.text(',');
      writeRun(writer, run, description);
    });
  });
  writer.text(']}');
  return {
    status: 200,
    headers: { 'Content-Type': jsonMediaType, [answeredByHeader]: formatAnsweredBy(first.by) },
    body: writer.take(),
  };
}

/** A number where the host numbers its versions. */
function numberOf(version: string | null): number | string | null {
  return version !== null && /^\d{1,15}$/.test(version) ? Number(version) : version;
}

function writeRun(
  writer: JsonWriter,
  { rows, answered: { outputs } }: AnsweredRun,
  its: Description | null,
): void {
  const decided = its?.interface.decision ? decidedOutputs(its, outputs) : {};
  assertRows(outputs, rows);
  for (let row = 0; row < rows; row++) {
    writer.text(row === 0 ? '{' : ',{');
    for (const member of ['label', 'probabilities', 'sure']) {
      const tensor = decided[decisionPrefix + member];
      if (!tensor) continue;
      writer.text(`"${member}":`);
      writer.nested(member, rowOfTensor(tensor, row, rows));
      writer.text(',');
    }
    writer.text('"outputs":');
    writeOutputs(writer, outputs, row, rows);
    writer.text('}');
  }
}

/** Each flat, as in the command's answers. */
function writeOutputs(writer: JsonWriter, outputs: TensorMap, row: number, rows: number): void {
  writer.text('{');
  Object.entries(outputs).forEach(([name, tensor], index) => {
    writer.text(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
    writer.elements(name, rowOfTensor(tensor, row, rows));
  });
  writer.text('}');
}
