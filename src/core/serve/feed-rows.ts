// Rows of JSON through a model: read, fed run by run, answered row by row.
import { blaming } from '../protocol/blaming.ts';
import { tensorFromJson } from '../protocol/codec-json.ts';
import type { InferRequest } from '../protocol/infer-request.ts';
import type { TensorMap } from '../tensor.ts';
import type { JsonTensor, Run } from './json-rows.ts';
import { assertFewRows } from './rows-of-outputs.ts';
import type { Answered, InferContext, PredictionBackend, Resolved } from './service.ts';

export interface AnsweredRun {
  /** Rows that went in. */
  readonly rows: number;
  readonly answered: Answered;
}

/**
 * One run after the other, each with all outputs.
 * @param exactRuns the same runs, in which whole numbers beyond 2^53 are strings of their digits
 * @throws HaversackError `TooLarge`, `InputInvalid` where a value does not fit its input, and what the backend throws
 */
export async function feedRuns(
  version: Resolved,
  runs: readonly Run[],
  exactRuns: () => readonly Run[],
  context: InferContext,
  backend: PredictionBackend,
): Promise<AnsweredRun[]> {
  assertFewRows(runs.reduce((sum, run) => sum + rowsOfRun(run), 0));
  let exact: readonly Run[] | null = null;
  const requests = runs.map((run, index) => requestOf(run, () => (exact ??= exactRuns())[index]!));
  const answers: AnsweredRun[] = [];
  for (const [index, request] of requests.entries()) {
    const answered = await backend.infer(version, request, context);
    answers.push({ rows: rowsOfRun(runs[index]!), answered });
  }
  return answers;
}

function rowsOfRun([first]: Run): number {
  return first?.shape[0] ?? 1;
}

function requestOf(run: Run, exactRun: () => Run): InferRequest {
  const inputs = run.map(
    (input, index) => [input.name, tensorOf(input, () => exactRun()[index]!.data)] as const,
  );
  return requestFor(Object.fromEntries(inputs));
}

/** For all outputs of these inputs. */
export function requestFor(inputs: TensorMap): InferRequest {
  return { id: null, parameters: {}, inputs, outputs: null, binaryOutputs: false };
}

function tensorOf({ name, datatype, shape, data }: JsonTensor, exact: () => readonly unknown[]) {
  return blaming('InputInvalid', () => tensorFromJson(name, datatype, shape, data, exact));
}
