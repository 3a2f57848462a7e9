// What each role is called, by its message.
import type { Role } from '../../../core/artifact/role.ts';

export const roleNames = {
  device: 'roleDevice',
  trainer: 'roleTrainer',
  admin: 'roleAdmin',
} as const satisfies Record<Role, string>;
