// Upstreams that lead back to this server: their requests would go round until the deadline.
import type { FastifyInstance } from 'fastify';
import { HaversackError } from '../../src/core/errors.ts';

/** More servers in a row than anybody sets up on purpose. */
const maxHops = 8;

/**
 * Why a request that came through those is not passed on; null where it is.
 * @param name this server's in `Via` (RFC 9110 §7.6.3)
 */
export function circleRefusal(via: string, name: string): HaversackError | null {
  if (via.includes(name)) {
    return new HaversackError('UpstreamFailed', 'an upstream leads back to the server that asks it');
  }
  return via.split(',').length > maxHops
    ? new HaversackError('UpstreamFailed', `more than ${maxHops} servers passed it on`)
    : null;
}

/** @param name this server's in `Via` */
export function refuseCircles(app: FastifyInstance, name: string): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { via } = request.headers;
    const refusal = via === undefined ? null : circleRefusal(via, name);
    if (refusal) done(refusal);
    else done();
  });
}
