// Whose request it is, and until when anybody waits for its answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseTimeout, timeoutHeader } from '../../src/core/protocol/timeout-header.ts';
import type { InferContext } from '../../src/core/serve/service.ts';

const timeoutName = timeoutHeader.toLowerCase();

/** Its signal fires when the connection ends before the answer is out. */
export function requestContext(request: FastifyRequest, reply: FastifyReply): InferContext {
  const isGone = () => reply.raw.destroyed && !reply.raw.writableFinished;
  const timeout = request.headers[timeoutName];
  const timeoutMs = typeof timeout === 'string' ? parseTimeout(timeout) : null;
  let signal: AbortSignal | null = null;
  return {
    // Only for who listens: making one takes as long as a small model's run.
    get signal() {
      return (signal ??= signalOf(reply, isGone));
    },
    isGone,
    arrivedAt: performance.now(),
    tenant: tenantOf(request),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    passOn: () => request.passOn(),
  };
}

function signalOf({ raw }: FastifyReply, isGone: () => boolean): AbortSignal {
  const gone = new AbortController();
  const abort = () => {
    if (isGone()) gone.abort(new Error('the caller went'));
  };
  raw.once('close', abort);
  abort();
  return gone.signal;
}

function tenantOf({ caller }: FastifyRequest): string {
  switch (caller.kind) {
    case 'device':
      return `device:${caller.device.id}`;
    case 'access-key':
      return `access-key:${caller.key.id}`;
    case 'token':
      return `token:${caller.person.subject}`;
    default:
      return caller.kind;
  }
}
