// Grants and limits as they are stored: JSON, or null where the role says it.
import { type Grant, grantsSchema, type Limits, limitsSchema } from '../../src/core/artifact/grant.ts';

export function readGrants(text: string | null): Grant[] | null {
  return text === null ? null : grantsSchema.parse(JSON.parse(text));
}

export function writeGrants(grants: readonly Grant[] | null): string | null {
  return grants === null ? null : JSON.stringify(grants);
}

export function readLimits(text: string | null): Limits | null {
  return text === null ? null : limitsSchema.parse(JSON.parse(text));
}

export function writeLimits(limits: Limits | null): string | null {
  return limits === null ? null : JSON.stringify(limits);
}
