// Where whatever was thrown becomes an answer over HTTP, and what is not ours is logged.
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, HaversackError } from '../../src/core/errors.ts';
import { problemOf } from '../../src/core/problem.ts';
import { z } from '../../src/core/zod.ts';
import { LoggedError } from './logged-error.ts';

/** @throws HaversackError `BadRequest` naming the member, got and wanted */
export function parseRequest<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HaversackError('BadRequest', z.prettifyError(parsed.error));
  return parsed.data;
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = problemOf(toHaversackError(error, request), { requestId: request.id });
  return reply.code(status).headers(headers).send(body);
}

function toHaversackError(error: unknown, request: FastifyRequest): HaversackError {
  const code = isFastifyError(error) ? codeOf(error) : null;
  if (code) return new HaversackError(code, (error as Error).message);
  return oursOrLogged(error, request.log, request.id);
}

/**
 * What is not ours, or `Internal`, is logged, once, whichever processes it passes; of what is not ours the answer names only the
 * request's id.
 * @param log its lines bear that id
 */
export function oursOrLogged(
  error: unknown,
  log: Pick<FastifyBaseLogger, 'error'>,
  requestId: string,
): HaversackError {
  if (!(error instanceof HaversackError)) {
    log.error({ err: error }, 'unexpected error');
    return new HaversackError('Internal', `request ${requestId}`);
  }
  const isNew = error.code === 'Internal' && !(error instanceof LoggedError);
  if (isNew) log.error({ err: error }, 'internal error');
  return error;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

/** Of Fastify's own errors, whose messages are about the request only. */
function codeOf(error: FastifyError): ErrorCode | null {
  switch (error.statusCode) {
    case 413:
      return 'TooLarge';
    case 415:
      return 'UnsupportedMediaType';
    case 404:
      return 'NotFound';
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? 'BadRequest'
        : null;
  }
}
