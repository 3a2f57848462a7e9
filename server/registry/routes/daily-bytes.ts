// New bytes that one caller may send in a day, so that none can fill the disk.
import type { FastifyRequest } from 'fastify';
import { maxModelBytes } from '../../../src/core/artifact/registry-api.ts';
import { dayMs } from '../../../src/core/durations.ts';
import { actorOf } from '../../gateway/gate.ts';
import { RateLimit } from '../../gateway/limit.ts';

/** Of a trainer, by chunk and by bundle: a few of the largest models. */
export const defaultTrainerBytes = 4 * maxModelBytes;

export class DailyBytes {
  readonly #limit: RateLimit;

  constructor(now: () => Date, maxBytes: number) {
    this.#limit = new RateLimit({ max: maxBytes, windowMs: dayMs, nowMs: () => now().getTime() });
  }

  /** Nobody counts an admin's. @throws HaversackError `TooManyRequests` */
  take(request: FastifyRequest, bytes: number): void {
    if (!request.rights.everywhere('admin')) this.#limit.take(actorOf(request), bytes);
  }
}
