// Whose request it is, and until when anybody waits for its answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseTimeout, timeoutHeader } from '../../src/core/protocol/timeout-header.ts';
import type { InferContext } from '../../src/core/serve/service.ts';

const timeoutName = timeoutHeader.toLowerCase();

/**
 * Its signal fires when the connection ends before the answer is out.
 * @param tenant whose it is; answers are shared only with the same
 */
export function requestContext(request: FastifyRequest, reply: FastifyReply, tenant: string): InferContext {
  const isGone = () => reply.raw.destroyed && !reply.raw.writableFinished;
  const timeoutMs = timeoutOf(request);
  let signal: AbortSignal | null = null;
  return {
    // Only for who listens: making one takes as long as a small model's run.
    get signal() {
      return (signal ??= signalOf(reply, isGone));
    },
    isGone,
    arrivedAt: performance.now(),
    tenant,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    passOn: () => request.passOn(),
  };
}

/** How long the caller waits, in ms, where it says so. */
export function timeoutOf({ headers }: FastifyRequest): number | undefined {
  const timeout = headers[timeoutName];
  return (typeof timeout === 'string' ? parseTimeout(timeout) : null) ?? undefined;
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
