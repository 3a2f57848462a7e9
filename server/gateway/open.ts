// The gate, put together over a registry: who is known, whose tokens are believed, what is counted.
import type { FastifyInstance } from 'fastify';
import type { Registry } from '../registry/context.ts';
import { KnownDevices } from '../registry/known-devices.ts';
import { KnownKeys } from '../registry/known-keys.ts';
import { ModelLimits } from '../registry/model-limits.ts';
import type { AdminKey } from './admin-key.ts';
import { type CallerLimits, defaultCallerLimits } from './caller-limits.ts';
import { DailyUsage } from './daily-usage.ts';
import { DeviceTokens } from './device-tokens.ts';
import type { Gate } from './entry.ts';
import { type AddressOf, installGate } from './gate.ts';
import { Limits } from './limits.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { OidcTokens } from './oidc-tokens.ts';

interface GateParts {
  readonly registry: Registry;
  readonly adminKey: AdminKey;
  readonly oidc: OidcSettings | null;
  readonly callerLimits: Partial<CallerLimits>;
  readonly servedNames: () => ReadonlySet<string>;
  readonly addressOf: AddressOf;
}

interface OpenGate {
  readonly gate: Gate;
  /** Who is turned away right now. */
  readonly limits: Limits;
  /** Notes what is left to be noted. */
  close(): Promise<void>;
}

export async function openGate(
  app: FastifyInstance,
  { registry, adminKey, oidc, callerLimits, servedNames, addressOf }: GateParts,
): Promise<OpenGate> {
  const { identity, now } = registry;
  const devices = new KnownDevices(registry);
  const keys = new KnownKeys(registry);
  const usage = await DailyUsage.open(registry);
  const limits = new Limits({ usage, now });
  const modelLimits = new ModelLimits(registry);
  const gate: Gate = {
    flow: {
      limits,
      ofModel: model => modelLimits.of(model),
      ...defaultCallerLimits,
      ...callerLimits,
    },
    adminKey,
    tokens: new DeviceTokens(() => identity.keyIds, now),
    oidc: oidc ? new OidcTokens(oidc, now) : null,
    findAccessKey: key => keys.find(key),
    usedAccessKey: key => keys.used(key),
    findDevice: id => devices.find(id),
    sawDevice: device => devices.saw(device),
    servedNames,
    now,
  };
  installGate(app, gate, addressOf);
  return {
    gate,
    limits,
    close: async () => {
      await devices.close();
      await keys.close();
      await usage.close();
    },
  };
}
