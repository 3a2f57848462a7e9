// Whose tokens are believed, and what their claims are worth: read once, when the server starts.
import type { Grant } from '../../src/core/artifact/grant.ts';
import { grantsSchema } from '../../src/core/artifact/grant.ts';
import { type Role, roleSchema } from '../../src/core/artifact/role.ts';
import { z } from '../../src/core/zod.ts';
import { loopbackNames } from './origin.ts';

/** Of HAVERSACK_OIDC_ROLES, in JSON. */
export const oidcRolesSchema = z.object({
  /** Whose values are looked up: `roles`; `realm_access.roles` is one in another, where there is none of that whole name. */
  claim: z.string().min(1).max(256).default('roles'),
  /** A value of the claim → a role, or grants. Who has several has all of them together. */
  values: z.record(z.string().min(1).max(256), z.union([roleSchema, grantsSchema])).default({
    'haversack-device': 'device',
    'haversack-trainer': 'trainer',
    'haversack-admin': 'admin',
  }),
});
export type OidcRoles = z.output<typeof oidcRolesSchema>;

/** OpenID Connect Core §2: https; over http only where nothing leaves the machine. */
const issuerUrlSchema = z.url().refine(isSecure, 'an issuer is reached by https, or by http on loopback');

export const oidcSettingsSchema = z.object({
  /** As `iss` says it, to the letter. */
  issuer: issuerUrlSchema,
  /** What `aud` names this server by. */
  audience: z.string().min(1).max(512),
  roles: oidcRolesSchema.default(oidcRolesSchema.parse({})),
});
export type OidcSettings = z.output<typeof oidcSettingsSchema>;

export function isSecure(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && loopbackNames.includes(hostname));
}

export interface Worth {
  /** The highest of the roles; null where there are grants only. */
  readonly role: Role | null;
  readonly grants: readonly Grant[];
}

/** Claims come from elsewhere: what is not mapped is worth nothing. @param grantsOfRole what a role may */
export function worthOf(
  claims: Readonly<Record<string, unknown>>,
  { claim, values }: OidcRoles,
  grantsOfRole: Readonly<Record<Role, readonly Grant[]>>,
): Worth {
  const mapped = valuesOf(claims, claim).flatMap(value =>
    Object.hasOwn(values, value) ? [values[value]!] : [],
  );
  const roles = mapped.filter(each => typeof each === 'string');
  const grants = mapped.flatMap(each => (typeof each === 'string' ? grantsOfRole[each] : each));
  const highest = [...roleSchema.options].reverse().find(role => roles.includes(role));
  return { role: highest ?? null, grants };
}

/** A list of texts, or one text with spaces between (as `scope` is, RFC 6749 §3.3). */
function valuesOf(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : within(claims, claim.split('.'));
  if (typeof found === 'string') return found.split(' ').filter(value => value !== '');
  return Array.isArray(found) ? found.filter(value => typeof value === 'string') : [];
}

function within(claims: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name)
        ? (at as Readonly<Record<string, unknown>>)[name]
        : undefined,
    claims,
  );
}
