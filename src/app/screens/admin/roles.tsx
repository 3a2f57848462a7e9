// What a device or a key may do, in words, and the choice of it.
import type { Role } from '../../../core/artifact/role.ts';
import { t } from '../../i18n/admin.ts';
import { Select } from '../../parts/select.tsx';
import { roleNames } from './role-names.ts';

const roles = ['device', 'trainer', 'admin'] as const satisfies readonly Role[];
const roleHints = { device: 'roleDeviceHint', trainer: 'roleTrainerHint', admin: 'roleAdminHint' } as const;

export function RoleSelect(props: {
  readonly label: string;
  readonly role: Role;
  readonly onRole: (role: Role) => void;
}) {
  return (
    <Select
      label={props.label}
      value={props.role}
      hint={t(roleHints[props.role])}
      options={roles.map(value => ({ value, label: t(roleNames[value]) }))}
      onChange={props.onRole}
    />
  );
}
