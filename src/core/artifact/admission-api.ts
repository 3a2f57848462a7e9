// The part of /registry/v1 with which admins say who is let in: the list of devices, codes, the registry's own key. Parsed with by
// both sides.
import { z } from '../zod.ts';
import { deviceSchema } from './access-api.ts';
import { grantsSchema } from './grant.ts';
import { groupNameSchema } from './names.ts';
import { whySchema } from './registry-api.ts';
import { roleSchema } from './role.ts';
import { keyIdSchema } from './signature.ts';

/** GET /devices. */
export const deviceListSchema = z.object({ devices: z.array(deviceSchema) });
/** PATCH /devices/{id}: what is left out stays. A revoked device has no role. */
export const deviceChangeSchema = z.object({
  status: z.enum(['approved', 'revoked']).optional(),
  role: roleSchema.nullable().optional(),
  groups: z.array(groupNameSchema).max(64).optional(),
  grants: grantsSchema.nullable().optional(),
});

/** POST /enrolments: a code that lets one device in. The answer to it is the only one that holds the code. */
export const enrolmentCodeQuerySchema = z.object({
  role: roleSchema,
  groups: z.array(groupNameSchema).max(64).default([]),
  /** How long it can be used. */
  minutes: z
    .number()
    .int()
    .min(1)
    .max(7 * 24 * 60)
    .default(60),
});
export const enrolmentCodeSchema = z.object({
  id: z.string(),
  role: roleSchema,
  groups: z.array(groupNameSchema),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** The device that used it. */
  usedBy: keyIdSchema.nullable(),
});
export const newEnrolmentCodeSchema = enrolmentCodeSchema.extend({
  code: z.string(),
  /** The registry's key, which the device pins with it. */
  registry: keyIdSchema,
});
export const enrolmentCodeListSchema = z.object({ codes: z.array(enrolmentCodeSchema) });

/** POST /root: the registry gets a new key, which the one before signs. */
export const rotationQuerySchema = z.object({
  /** `believe` what the keys before it have signed, or `forget` them: they may be in other hands. */
  former: z.enum(['believe', 'forget']).default('believe'),
  why: whySchema,
});
