// The part of /registry/v1 that is about who may do what: devices, codes, the caller, the registry's own key. Parsed with by all
// sides; keys for people and programs are in `key-api.ts`, which only who handles them loads.
import { z } from '../zod.ts';
import { reportSchema } from './documents.ts';
import { grantSchema, grantsSchema } from './grant.ts';
import { groupNameSchema } from './names.ts';
import { whySchema } from './registry-api.ts';
import { roleSchema } from './role.ts';
import { envelopeSchema, keyIdSchema, publicKeySchema } from './signature.ts';

/** POST /devices: a browser asks to be let in. The answer to it, and GET /devices, are these. */
export const enrolmentSchema = z.object({
  publicKey: publicKeySchema,
  name: z.string().trim().min(1).max(64),
  /** From an admin: who has it is let in at once. */
  code: z.string().max(128).optional(),
});
export const deviceSchema = z.object({
  id: keyIdSchema,
  publicKey: publicKeySchema,
  name: z.string(),
  status: z.enum(['pending', 'approved', 'revoked']),
  role: roleSchema.nullable(),
  /** Six characters both sides show, for people to compare. */
  code: z.string(),
  createdAt: z.string(),
  lastSeenAt: z.string().nullable(),
  groups: z.array(groupNameSchema).default([]),
  /** Its last word on what it runs. */
  report: reportSchema.nullable().default(null),
  /** What it may in place of what its role gives, which its certificate goes on to say; null: as its role. */
  grants: grantsSchema.nullable().default(null),
});
export type DeviceInfo = z.infer<typeof deviceSchema>;
/** The answer to POST /devices: with `deviceCertificateSchema`, signed, where the device is let in. */
export const enrolmentAnswerSchema = deviceSchema.extend({
  certificate: envelopeSchema.nullable().default(null),
});
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;
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

/** GET /me: who the server takes the caller for. */
export const callerSchema = z.object({
  kind: z.enum(['anonymous', 'admin-key', 'access-key', 'device', 'token']),
  role: roleSchema.nullable(),
  status: z.enum(['pending', 'approved', 'revoked']).nullable(),
  /** Whether reading without a key is open from where the caller is (loopback). */
  openReads: z.boolean(),
  groups: z.array(groupNameSchema).default([]),
  /** All that it may, whether by its role or by grants of its own; absent where it is not said. */
  grants: z.array(grantSchema).optional(),
  /** `deviceCertificateSchema`, signed by the registry; null for what is no approved device. */
  certificate: envelopeSchema.nullable().default(null),
});
export type Caller = z.infer<typeof callerSchema>;
