// What a device or a key may do.
import { z } from '../zod.ts';

/** Each with the rights of those before it: read, predict, report · send candidates · all else. See `role-grants.ts`. */
export const roleSchema = z.enum(['device', 'trainer', 'admin']);
export type Role = z.infer<typeof roleSchema>;
