// Upstreams that lead back to this server: their requests would go round until the deadline.
import type { FastifyInstance } from 'fastify';
import { HaversackError } from '../../src/core/errors.ts';

/** More servers in a row than anybody sets up on purpose. */
const maxHops = 8;

/** @param name this server's in `Via` (RFC 9110 §7.6.3) */
export function refuseCircles(app: FastifyInstance, name: string): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { via } = request.headers;
    if (via === undefined) done();
    else if (via.includes(name)) {
      done(new HaversackError('UpstreamFailed', 'an upstream leads back to the server that asks it'));
    } else if (via.split(',').length > maxHops) {
      done(new HaversackError('UpstreamFailed', `more than ${maxHops} servers passed it on`));
    } else done();
  });
}
