// POST …/infer: from a body to tensors, to whoever computes, and back.
import { HaversackError } from '../errors.ts';
import { answeredByHeader, formatAnsweredBy } from '../protocol/answered-by.ts';
import type { EncodedBody } from '../protocol/frame.ts';
import { decodeRequest } from '../protocol/infer-request.ts';
import { encodeResponse } from '../protocol/infer-response.ts';
import { headerLengthHeader } from '../protocol/messages.ts';
import type { Answered, ProtocolAnswer, ProtocolAsk, ProtocolBackend, Target } from './service.ts';
import { resolvePermitted } from './target.ts';

export async function inferAnswer(
  target: Target,
  ask: ProtocolAsk,
  backend: ProtocolBackend,
): Promise<ProtocolAnswer> {
  const version = await resolvePermitted(target, 'predict', ask, backend);
  const request = decodeRequest(ask.body, headerLengthOf(ask));
  const answered = await backend.infer(version, request, ask.context);
  const response = {
    modelName: version.model,
    modelVersion: answered.by.version,
    id: request.id,
    outputs: answered.outputs,
  };
  return encodedAnswer(encodeResponse(response, request), answered);
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

function headerLengthOf({ header }: ProtocolAsk): number | null {
  const value = header(headerLengthHeader.toLowerCase());
  if (value === null) return null;
  if (!/^\d{1,15}$/.test(value)) {
    throw new HaversackError('BadRequest', `${headerLengthHeader} is ${value}, wanted a number of bytes`);
  }
  return Number(value);
}
