// Who answers before the body is there closes the connection behind the answer, as Fastify does for a body that is too long. To a
// front that is still sending it the end of the connection may come before the answer: on the inner socket the rest is read, and
// thrown away, instead.
import type { FastifyInstance } from 'fastify';

export function keepInnerConnections(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isInner = request.socket.remoteAddress === undefined;
    if (isInner && !request.raw.complete) reply.removeHeader('connection');
    done(null, payload);
  });
}
