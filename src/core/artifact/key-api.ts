// The part of /registry/v1 that is about access keys, for people and programs. Parsed with by both sides.
import { z } from '../zod.ts';
import { grantsSchema, limitsSchema } from './grant.ts';
import { roleSchema } from './role.ts';

/** How long a key is good, in days. */
const keyDays = z.number().int().min(1).max(3650);

/** POST /keys: a key for people and programs. Shown once. */
export const accessKeyQuerySchema = z
  .object({
    name: z.string().trim().min(1).max(64),
    /** What it may on all models; or `grants`. */
    role: roleSchema.optional(),
    grants: grantsSchema.nullable().default(null),
    limits: limitsSchema.nullable().default(null),
    /** Null: until it is revoked. */
    days: keyDays.nullable().default(null),
  })
  .refine(({ role, grants }) => (role === undefined) !== (grants === null), {
    path: ['role'],
    message: 'a key has either a role or grants',
  });
export const accessKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** Null: its grants are all it may. */
  role: roleSchema.nullable(),
  grants: grantsSchema.nullable().default(null),
  limits: limitsSchema.nullable().default(null),
  /** The key that this one follows. */
  replaces: z.string().nullable().default(null),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});
export type AccessKey = z.infer<typeof accessKeySchema>;
export const newAccessKeySchema = accessKeySchema.extend({ key: z.string() });
export const accessKeyListSchema = z.object({ keys: z.array(accessKeySchema) });
/** How long a key goes on beside the one that follows it. */
export const defaultGraceHours = 24;
/** POST /keys/{id}/rotate: a key that may the same follows one, which goes on for a while. Shown once. */
export const keyRotationSchema = z.object({
  graceHours: z
    .number()
    .int()
    .min(0)
    .max(30 * 24)
    .default(defaultGraceHours),
  /** Null: as long as the one before was to be good. */
  days: keyDays.nullable().default(null),
});
