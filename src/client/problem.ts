// What went wrong, out of an HTTP answer that is no success: RFC 9457 problem details, or the status alone.
import { problemSchema } from '../core/artifact/registry-api.ts';
import { errorCodes, HaversackError } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { codeOfStatus } from './code-of-status.ts';

/** Other Open Inference Protocol servers answer with this member alone. */
const plainErrorSchema = z.object({ error: z.string() });

/** What a registry said itself, as opposed to what a proxy, a portal or a reader made of an answer. */
export class RegistryProblem extends HaversackError {}

/** The error that an answer with `status` and `body` stands for. Codes of a later release fall back to the status. */
export function problemOf(status: number, body: string): HaversackError {
  const json = parse(body);
  const problem = problemSchema.safeParse(json);
  if (problem.success) {
    const code = errorCodes.find(known => known === problem.data.code) ?? codeOfStatus(status);
    return new RegistryProblem(code, problem.data.detail);
  }
  const plain = plainErrorSchema.safeParse(json);
  return new HaversackError(codeOfStatus(status), plain.success ? plain.data.error : `HTTP status ${status}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
