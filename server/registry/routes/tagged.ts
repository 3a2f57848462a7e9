// JSON with a strong tag, sent again only where the caller has another.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageHeaders } from '../../gateway/headers.ts';
import { matchesTag, type Tagged, tagged } from '../../gateway/conditional.ts';

export function sendTagged(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  return sendAnswer(request, reply, tagged(value));
}

/** The same for an answer that is there already. */
export function sendAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, tag }: Tagged,
): FastifyReply {
  reply.header('ETag', tag).header('Cache-Control', 'no-cache');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && matchesTag(request.headers['if-none-match'], tag)) {
    for (const name of pageHeaders) reply.removeHeader(name);
    return reply.code(304).send();
  }
  return reply.type('application/json').send(body);
}
