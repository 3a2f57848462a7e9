import { expect, it } from 'vitest';
import { type GatewayFlags, gatewaySettings } from '../../../server/cli/gateway-flags.ts';
import type { Io } from '../../../server/cli/io.ts';
import { defaultCallerLimits } from '../../../server/gateway/caller-limits.ts';

const settings = (env: Io['env'], flags: GatewayFlags = {}) => gatewaySettings({ env } as Io, flags);

it('without a word nobody’s tokens are believed, and limits are the usual ones', () => {
  expect(settings({})).toEqual({ callerLimits: defaultCallerLimits, oidc: null });
});

it('is told by the environment, and by a flag before it', () => {
  const env = {
    HAVERSACK_OIDC_ISSUER: 'https://accounts.example',
    HAVERSACK_OIDC_AUDIENCE: 'models',
    HAVERSACK_OIDC_ROLES: '{"claim":"groups","values":{"shop":[{"model":"digits","rights":["predict"]}]}}',
    HAVERSACK_DEVICE_PER_DAY: '500',
    HAVERSACK_ANONYMOUS_PER_MINUTE: '60',
  };
  expect(settings(env, { anonymousPerMinute: 30, oidcAudience: 'others' })).toEqual({
    callerLimits: {
      anonymous: { ...defaultCallerLimits.anonymous, perMinute: 30 },
      device: { perMinute: null, atOnce: null, perDay: 500 },
    },
    oidc: {
      issuer: 'https://accounts.example',
      audience: 'others',
      roles: { claim: 'groups', values: { shop: [{ model: 'digits', rights: ['predict'] }] } },
    },
  });
});

it.each<[string, Io['env']]>([
  ['an issuer without an audience', { HAVERSACK_OIDC_ISSUER: 'https://accounts.example' }],
  ['an audience without an issuer', { HAVERSACK_OIDC_AUDIENCE: 'models' }],
  ['an issuer over http', { HAVERSACK_OIDC_ISSUER: 'http://accounts.example', HAVERSACK_OIDC_AUDIENCE: 'a' }],
  ['roles that are no JSON', { HAVERSACK_OIDC_ROLES: 'admin' }],
  ['a role that there is not', { HAVERSACK_OIDC_ROLES: '{"values":{"a":"owner"}}' }],
  ['a limit of nothing', { HAVERSACK_DEVICE_AT_ONCE: '0' }],
])('%s is refused when the server starts', (_what, env) => {
  expect(() => settings(env)).toThrow(expect.objectContaining({ name: 'UsageError' }) as Error);
});
