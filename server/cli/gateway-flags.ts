// What `serve` is told of who may come in, and of how much who has no limits of its own may ask.
import { type Command, InvalidArgumentError } from 'commander';
import type { Limits } from '../../src/core/artifact/grant.ts';
import { z } from '../../src/core/zod.ts';
import { type CallerLimits, defaultCallerLimits } from '../gateway/caller-limits.ts';
import {
  oidcRolesSchema,
  type OidcRoles,
  type OidcSettings,
  oidcSettingsSchema,
} from '../gateway/oidc-settings.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseCount } from './options.ts';
import { settingOf } from './setting.ts';

export interface GatewayFlags {
  readonly oidcIssuer?: string;
  readonly oidcAudience?: string;
  readonly oidcRoles?: OidcRoles;
  readonly anonymousPerMinute?: number;
  readonly anonymousAtOnce?: number;
  readonly devicePerMinute?: number;
  readonly deviceAtOnce?: number;
  readonly devicePerDay?: number;
}

const { perMinute, atOnce } = defaultCallerLimits.anonymous;

export function withGatewayFlags(command: Command): Command {
  return command
    .option('--oidc-issuer <url>', 'believe the bearer tokens of this issuer (HAVERSACK_OIDC_ISSUER)')
    .option('--oidc-audience <name>', 'that are for this audience (HAVERSACK_OIDC_AUDIENCE)')
    .option(
      '--oidc-roles <json>',
      'what their claims are worth, see docs/access.md (HAVERSACK_OIDC_ROLES; else haversack-admin and so on in `roles`)',
      parseRoles,
    )
    .option(
      '--anonymous-per-minute <n>',
      `requests of one address without a key (HAVERSACK_ANONYMOUS_PER_MINUTE; else ${perMinute})`,
      parseCount,
    )
    .option(
      '--anonymous-at-once <n>',
      `the same at a time (HAVERSACK_ANONYMOUS_AT_ONCE; else ${atOnce})`,
      parseCount,
    )
    .option(
      '--device-per-minute <n>',
      'requests of one device, or of one person with a token (HAVERSACK_DEVICE_PER_MINUTE)',
      parseCount,
    )
    .option('--device-at-once <n>', 'the same at a time (HAVERSACK_DEVICE_AT_ONCE)', parseCount)
    .option('--device-per-day <n>', 'their predictions in a day, UTC (HAVERSACK_DEVICE_PER_DAY)', parseCount);
}

export interface GatewaySettings {
  readonly callerLimits: CallerLimits;
  readonly oidc: OidcSettings | null;
}

/** @throws UsageError */
export function gatewaySettings(io: Io, flags: GatewayFlags): GatewaySettings {
  const count = (flag: number | undefined, name: string) => settingOf(io, flag, name, parseCount);
  return {
    callerLimits: {
      anonymous: limitsOver(defaultCallerLimits.anonymous, {
        perMinute: count(flags.anonymousPerMinute, 'HAVERSACK_ANONYMOUS_PER_MINUTE'),
        atOnce: count(flags.anonymousAtOnce, 'HAVERSACK_ANONYMOUS_AT_ONCE'),
      }),
      device: limitsOver(defaultCallerLimits.device, {
        perMinute: count(flags.devicePerMinute, 'HAVERSACK_DEVICE_PER_MINUTE'),
        atOnce: count(flags.deviceAtOnce, 'HAVERSACK_DEVICE_AT_ONCE'),
        perDay: count(flags.devicePerDay, 'HAVERSACK_DEVICE_PER_DAY'),
      }),
    },
    oidc: oidcSettings(io, flags),
  };
}

function limitsOver(usual: Limits, given: { readonly [name in keyof Limits]?: number | undefined }): Limits {
  return {
    perMinute: given.perMinute ?? usual.perMinute,
    atOnce: given.atOnce ?? usual.atOnce,
    perDay: given.perDay ?? usual.perDay,
  };
}

function oidcSettings(io: Io, flags: GatewayFlags): OidcSettings | null {
  const text = (value: string) => value;
  const issuer = settingOf(io, flags.oidcIssuer, 'HAVERSACK_OIDC_ISSUER', text);
  const audience = settingOf(io, flags.oidcAudience, 'HAVERSACK_OIDC_AUDIENCE', text);
  const roles = settingOf(io, flags.oidcRoles, 'HAVERSACK_OIDC_ROLES', parseRoles);
  if (issuer === undefined && audience === undefined && roles === undefined) return null;
  const settings = oidcSettingsSchema.safeParse({ issuer, audience, roles });
  if (settings.success) return settings.data;
  throw new UsageError('The issuer of tokens cannot be believed so.', z.prettifyError(settings.error));
}

function parseRoles(text: string): OidcRoles {
  const roles = oidcRolesSchema.safeParse(jsonOf(text));
  if (roles.success) return roles.data;
  throw new InvalidArgumentError(z.prettifyError(roles.error));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It is no JSON.');
  }
}
