// How much who has no limits of its own may ask. Keys have limits of their own, or none; the admin key has none.
import type { Limits } from '../../src/core/artifact/grant.ts';

export interface CallerLimits {
  /** Of who shows no key, by address; who is on loopback is not counted. */
  readonly anonymous: Limits;
  /** Of each device, and of each person with a token. */
  readonly device: Limits;
}

export const defaultCallerLimits: CallerLimits = {
  // Far more than a school behind one address that loads the app at once; less than a flood.
  anonymous: { perMinute: 30_000, atOnce: 2_000, perDay: null },
  device: { perMinute: null, atOnce: null, perDay: null },
};
