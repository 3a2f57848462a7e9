// Where whatever was thrown becomes an answer over HTTP, and what is not ours is logged.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, HaversackError } from '../../src/core/errors.ts';
import { problemOf } from '../../src/core/problem.ts';
import { z } from '../../src/core/zod.ts';

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

/** What is not ours is logged with the request's id, and the answer names only that. */
function toHaversackError(error: unknown, request: FastifyRequest): HaversackError {
  if (error instanceof HaversackError) {
    if (error.code === 'Internal') request.log.error({ err: error }, 'internal error');
    return error;
  }
  const code = isFastifyError(error) ? codeOf(error) : null;
  if (code) return new HaversackError(code, (error as Error).message);
  request.log.error({ err: error }, 'unexpected error');
  return new HaversackError('Internal', `request ${request.id}`);
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
