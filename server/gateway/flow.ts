// Whose requests are counted, and by which limits: the caller's own, and those of the model it asks. Between the gate, which
// knows the caller, and `Limits`, which counts.
import type { Limits as LimitNumbers } from '../../src/core/artifact/grant.ts';
import type { Right } from './access.ts';
import { callerAddress } from './caller-address.ts';
import type { CallerLimits } from './caller-limits.ts';
import type { Identity } from './identity.ts';
import type { Counted, Limits } from './limits.ts';

export interface FlowOptions extends CallerLimits {
  readonly limits: Limits;
  /** Of all callers of a model together; null for none. */
  readonly ofModel: (model: string) => Promise<LimitNumbers | null>;
}

interface Asking {
  readonly caller: Identity;
  readonly openReads: boolean;
  readonly address: string | undefined;
  /** What the route wants. */
  readonly right: Right;
}

/** Null for who is not counted. */
export function callerLimitsOf(
  flow: FlowOptions,
  { caller, openReads, address, right }: Asking,
): Counted | null {
  switch (caller.kind) {
    case 'admin-key':
      return null;
    case 'anonymous':
    case 'rejected':
    case 'unchecked':
      if (openReads) return null;
      return counted(`address:${callerAddress(address ?? '')}`, flow.anonymous);
    default:
  }
  // What everybody may have is no part of what a key was given for.
  if (right === 'public') return null;
  if (caller.kind === 'access-key') return counted(`access-key:${caller.key.id}`, caller.key.limits);
  const subject = caller.kind === 'device' ? `device:${caller.device.id}` : `token:${caller.person.subject}`;
  return counted(subject, flow.device);
}

/** Null for one without limits. */
export async function modelLimitsOf({ ofModel }: FlowOptions, model: string): Promise<Counted | null> {
  return counted(`model:${model}`, await ofModel(model), 'model-');
}

function counted(subject: string, limits: LimitNumbers | null, prefix = ''): Counted | null {
  if (limits === null) return null;
  const { perMinute, atOnce, perDay } = limits;
  return perMinute === null && atOnce === null && perDay === null ? null : { subject, limits, prefix };
}
