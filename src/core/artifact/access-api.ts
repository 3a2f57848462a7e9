// The part of /registry/v1 that is about who may do what: devices and the caller. Parsed with by all sides; what only admins ask
// is in `admission-api.ts` and `key-api.ts`, which no page loads for anybody else.
import { z } from '../zod.ts';
import { reportSchema } from './documents.ts';
import { grantSchema, grantsSchema } from './grant.ts';
import { groupNameSchema } from './names.ts';
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
