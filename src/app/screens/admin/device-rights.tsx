// What a device may, and which groups it is in, changed together; and the way out.
import { useState } from 'preact/hooks';
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { groupNameSchema } from '../../../core/artifact/names.ts';
import type { Role } from '../../../core/artifact/role.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { toast } from '../../parts/toast.tsx';
import { changeOf } from '../../state/admin-device.ts';
import { groupsOf } from '../../state/admin-fleet.ts';
import { type GrantDraft, GrantsField, grantsOf, ReachSelect } from './grants-field.tsx';
import { NamesField, namesIn, wrongName } from './names-field.tsx';
import { letInWords } from './rights-words.ts';
import { RoleSelect } from './roles.tsx';
import { admin } from './session.ts';
import { useAct } from './use-act.ts';
import { useShutOut } from './use-shut-out.ts';

/** To be begun anew where `formKey` of the device is another. */
export function DeviceRights({ device }: { readonly device: DeviceInfo }) {
  const [role, setRole] = useState<Role>(device.role ?? 'trainer');
  const [drafts, setDrafts] = useState<readonly GrantDraft[] | null>(device.grants);
  const [groupText, setGroupText] = useState(device.groups.join(' '));
  const { busy, problem, act } = useAct();
  const groups = namesIn(groupText);
  const wrong = wrongName(groups, groupNameSchema);
  const grants = drafts && grantsOf(drafts);
  const isWhole = wrong === undefined && (drafts === null || grants !== null);
  const isApproved = device.status === 'approved';
  const change = isWhole ? changeOf(device, { role, groups, grants }) : null;
  const save = async () => {
    if (!change) return;
    const done = await act(api => api.changeDevice(device.id, change));
    if (done.ok) toast(letInWords(done.value));
  };
  const shutOut = useShutOut(device, act);
  const known = groupsOf(admin.devices.value);
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <ReachSelect label={t('deviceReach')} grants={drafts} onGrants={setDrafts} />
      {drafts === null ? (
        <RoleSelect label={t('role')} role={role} onRole={setRole} />
      ) : (
        <>
          <GrantsField grants={drafts} onGrants={setDrafts} />
          <p class="small soft">{t('grantsApart')}</p>
        </>
      )}
      <NamesField
        label={t('groups')}
        hint={known.length > 0 ? t('groupsKnown', { groups: known.join(', ') }) : t('groupsHint')}
        text={groupText}
        schema={groupNameSchema}
        wrong={group => t('groupWrong', { group })}
        onText={setGroupText}
      />
      {problem ? <ErrorNote failure={problem} /> : null}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy} disabled={!change}>
          {isApproved ? t('change') : t('approve')}
        </Button>
        {device.status === 'revoked' ? null : (
          <Button kind="danger" busy={busy} onClick={shutOut}>
            {t('revoke')}
          </Button>
        )}
      </div>
    </form>
  );
}
