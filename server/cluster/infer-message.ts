// A prediction over the link: what is asked, and what was answered by whom.
import type { AnsweredBy } from '../../src/core/protocol/answered-by.ts';
import type { InferRequest, RequestedOutput } from '../../src/core/protocol/infer-request.ts';
import type { Answered } from '../../src/core/serve/service.ts';
import type { Fields } from './frame-reader.ts';
import type { FieldWriter } from './frame-writer.ts';
import { readTensors, writeTensors } from './tensors-message.ts';

export interface InferMessage {
  /** The request's that it belongs to: `enter`'s id. */
  readonly visit: number;
  /** Since its body had come. */
  readonly elapsedMs: number;
  readonly request: InferRequest;
}

/** What else than tensors there is; null for nothing, as nearly always. */
interface Rest {
  readonly id: string | null;
  readonly parameters: InferRequest['parameters'];
  readonly outputs: readonly RequestedOutput[] | null;
}

export function writeInfer(to: FieldWriter, { visit, elapsedMs, request }: InferMessage): void {
  const { id, parameters, outputs, binaryOutputs, inputs } = request;
  to.u32(visit);
  to.f64(elapsedMs);
  to.u8(binaryOutputs ? 1 : 0);
  const isPlain = id === null && outputs === null && isEmpty(parameters);
  to.text(isPlain ? null : JSON.stringify({ id, parameters, outputs } satisfies Rest));
  writeTensors(to, inputs);
}

export function readInfer(from: Fields): InferMessage {
  const visit = from.u32();
  const elapsedMs = from.f64();
  const binaryOutputs = from.u8() === 1;
  const text = from.text();
  const rest = text === null ? nothing : (JSON.parse(text) as Rest);
  return { visit, elapsedMs, request: { ...rest, binaryOutputs, inputs: readTensors(from) } };
}

const nothing: Rest = { id: null, parameters: {}, outputs: null };

function isEmpty(parameters: InferRequest['parameters']): boolean {
  for (const name in parameters) if (Object.hasOwn(parameters, name)) return false;
  return true;
}

const answerers: readonly AnsweredBy['who'][] = ['device', 'server', 'upstream'];

export function writeInferred(to: FieldWriter, { by, outputs }: Answered): void {
  to.u8(answerers.indexOf(by.who));
  to.text(by.model);
  to.text(by.version);
  to.text(by.variant);
  to.text(by.provider);
  to.f64(by.ms);
  writeTensors(to, outputs);
}

export function readInferred(from: Fields): Answered {
  const by: AnsweredBy = {
    who: answerers[from.u8()]!,
    model: from.text()!,
    version: from.text(),
    variant: from.text(),
    provider: from.text(),
    ms: from.f64(),
  };
  return { by, outputs: readTensors(from) };
}
