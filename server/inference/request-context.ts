// Whose request it is, and until when anybody waits for its answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InferContext } from '../../src/core/serve/service.ts';

/** Its signal fires when the connection ends before the answer is out. */
export function requestContext(request: FastifyRequest, reply: FastifyReply): InferContext {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('the caller went'));
  });
  return { signal: gone.signal, tenant: tenantOf(request), passOn: () => request.passOn() };
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
