// From a request's tensors to whoever computes, and to the decision where it was asked for.
import { HaversackError } from '../errors.ts';
import { answeredByHeader, formatAnsweredBy } from '../protocol/answered-by.ts';
import type { EncodedBody } from '../protocol/frame.ts';
import { decodeRequest, type InferRequest, type RequestedOutput } from '../protocol/infer-request.ts';
import { encodeResponse } from '../protocol/infer-response.ts';
import { headerLengthHeader } from '../protocol/messages.ts';
import { decodeRawRequest } from '../protocol/raw-request.ts';
import type { TensorMap } from '../tensor.ts';
import { decidedOutputs } from './decided-outputs.ts';
import type {
  Answered,
  Description,
  InferContext,
  ProtocolAnswer,
  ProtocolAsk,
  PredictionBackend,
  Resolved,
  Target,
} from './service.ts';
import { resolvePermitted } from './target.ts';

/** Request parameter: true adds the decision to the answer's outputs. */
export const decisionParameter = 'decision';

/** POST …/infer. */
export async function inferAnswer(
  target: Target,
  ask: ProtocolAsk,
  backend: PredictionBackend,
): Promise<ProtocolAnswer> {
  const version = await resolvePermitted(target, 'predict', ask, backend);
  const request = await requestOf(version, ask, backend);
  const answered = wantsDecision(request)
    ? await inferDecided(version, request, ask.context, backend)
    : await backend.infer(version, request, ask.context);
  const response = {
    modelName: version.model,
    modelVersion: modelVersionOf(version, answered),
    id: request.id,
    outputs: answered.outputs,
  };
  return encodedAnswer(encodeResponse(response, request), answered);
}

/** The number that the host knows, else what an engine behind it calls its own. */
export function modelVersionOf({ version }: Resolved, { by }: Answered): string | null {
  return version > 0 ? String(version) : by.version;
}

async function requestOf(
  version: Resolved,
  ask: ProtocolAsk,
  backend: PredictionBackend,
): Promise<InferRequest> {
  const headerLength = headerLengthOf(ask);
  if (headerLength !== 0) return decodeRequest(ask.body, headerLength);
  return decodeRawRequest(ask.body, (await backend.metadata(version)).inputs);
}

function wantsDecision({ parameters }: InferRequest): boolean {
  const wanted = parameters[decisionParameter] ?? false;
  if (typeof wanted === 'boolean') return wanted;
  throw new HaversackError('BadRequest', `the parameter ${decisionParameter} is true or false`);
}

/**
 * As asked for, with the decision's tensors beside it (`decided-outputs.ts`).
 * @throws HaversackError `InputInvalid` where the model's interface has no decision
 */
async function inferDecided(
  version: Resolved,
  request: InferRequest,
  context: InferContext,
  backend: PredictionBackend,
): Promise<Answered> {
  const description = await backend.describe(version);
  if (!description?.interface.decision) {
    throw new HaversackError(
      'InputInvalid',
      `nobody said how ${version.model} decides: leave out the parameter ${decisionParameter}`,
    );
  }
  const { by, outputs } = await backend.infer(version, withDecisionsOutput(request, description), context);
  const asked = request.outputs ? pick(outputs, request.outputs) : outputs;
  return { by, outputs: { ...asked, ...decidedOutputs(description, outputs) } };
}

/** Also the output that the decision is read from. */
function withDecisionsOutput(request: InferRequest, description: Description): InferRequest {
  const name = description.interface.decision!.output;
  const { outputs, binaryOutputs: binary } = request;
  if (!outputs || outputs.some(output => output.name === name)) return request;
  return { ...request, outputs: [...outputs, { name, binary }] };
}

function pick(outputs: TensorMap, wanted: readonly RequestedOutput[]): TensorMap {
  return Object.fromEntries(wanted.map(({ name }) => [name, outputs[name]!]));
}

function encodedAnswer({ body, headerLength, contentType }: EncodedBody, { by }: Answered): ProtocolAnswer {
  return {
    status: 200,
    headers: {
      'Content-Type': contentType,
      [answeredByHeader]: formatAnsweredBy(by),
      ...(headerLength === null ? {} : { [headerLengthHeader]: String(headerLength) }),
    },
    body,
  };
}

const headerLengthName = headerLengthHeader.toLowerCase();

function headerLengthOf({ header }: ProtocolAsk): number | null {
  const value = header(headerLengthName);
  if (value === null) return null;
  if (!/^\d{1,15}$/.test(value)) {
    throw new HaversackError(
      'BadRequest',
      `${headerLengthHeader} is ${value.slice(0, 40)}, wanted a number of bytes`,
    );
  }
  return Number(value);
}
