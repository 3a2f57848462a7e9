// New bytes that one trainer may send in a day, so that none can fill the disk: one allowance, whichever way they come.
import type { FastifyRequest } from 'fastify';
import { maxModelBytes } from '../../../src/core/artifact/registry-api.ts';
import { dayMs } from '../../../src/core/durations.ts';
import { roleOf } from '../../gateway/access.ts';
import { actorOf } from '../../gateway/gate.ts';
import { RateLimit } from '../../gateway/limit.ts';

/** A few of the largest models. */
const defaultBytes = 4 * maxModelBytes;

export class TrainerBytes {
  readonly #limit: RateLimit;

  constructor(now: () => Date, maxBytes = defaultBytes) {
    this.#limit = new RateLimit({ max: maxBytes, windowMs: dayMs, nowMs: () => now().getTime() });
  }

  /** Nobody counts an admin's. @throws HaversackError `TooManyRequests` */
  take(request: FastifyRequest, bytes: number): void {
    if (roleOf(request.caller) !== 'admin') this.#limit.take(actorOf(request), bytes);
  }
}
