// A one-time code that lets a device in: with what rights, for how long; then the code, once, as text, link and QR code.
import { useState } from 'preact/hooks';
import { invitationLink } from '../../../core/artifact/enrolment-code.ts';
import { groupNameSchema } from '../../../core/artifact/names.ts';
import type { Role } from '../../../core/artifact/role.ts';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { QrCode } from '../../parts/qr-code.tsx';
import { Select } from '../../parts/select.tsx';
import { Shown } from '../../parts/shown-once.tsx';
import { NamesField, namesIn, wrongName } from './names-field.tsx';
import { RoleSelect } from './roles.tsx';
import { useAct } from './use-act.ts';

/** Minutes. */
const lifetimes = { '15': 'for15Minutes', '60': 'forHour', '1440': 'forDay', '10080': 'forWeek' } as const;
type Lifetime = keyof typeof lifetimes;

interface Made {
  readonly code: string;
  readonly registry: string;
  readonly role: Role;
  readonly expiresAt: string;
}

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  if (made) {
    return (
      <Dialog title={t('inviteMade')} onClose={onClose}>
        <Invitation made={made} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t('invite')}
      onClose={onClose}
      actions={<Button onClick={onClose}>{common('cancel')}</Button>}
    >
      <InviteForm onMade={setMade} />
    </Dialog>
  );
}

function InviteForm({ onMade }: { readonly onMade: (made: Made) => void }) {
  const [role, setRole] = useState<Role>('trainer');
  const [groupText, setGroupText] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('60');
  const { busy, problem, act } = useAct();
  const groups = namesIn(groupText);
  const wrong = wrongName(groups, groupNameSchema);
  const make = async () => {
    if (wrong !== undefined) return;
    const done = await act(api => api.createEnrolment({ role, groups, minutes: Number(lifetime) }));
    if (done.ok) onMade(done.value);
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void make();
      }}
    >
      <p class="soft">{t('inviteHint')}</p>
      <RoleSelect label={t('approveAs')} role={role} onRole={setRole} />
      <NamesField
        label={t('groups')}
        hint={t('groupsHint')}
        text={groupText}
        schema={groupNameSchema}
        wrong={group => t('groupWrong', { group })}
        onText={setGroupText}
      />
      <Select
        label={t('lifetime')}
        value={lifetime}
        options={(Object.keys(lifetimes) as Lifetime[]).map(value => ({ value, label: t(lifetimes[value]) }))}
        onChange={setLifetime}
      />
      {problem ? <ErrorNote failure={problem} /> : null}
      <div>
        <Button kind="primary" type="submit" busy={busy} disabled={wrong !== undefined}>
          {t('makeCode')}
        </Button>
      </div>
    </form>
  );
}

function Invitation({ made }: { readonly made: Made }) {
  const link = invitationLink(location.origin, made);
  return (
    <div class="stack">
      <QrCode text={link} label={t('qrOf')} />
      <p>{t('inviteUse')}</p>
      <Shown
        label={t('inviteCode')}
        value={made.code}
        warning={t('inviteOnce', { when: formatDate(made.expiresAt) })}
      />
      <details class="fold">
        <summary>{t('inviteLink')}</summary>
        <p class="detail">{link}</p>
      </details>
    </div>
  );
}
