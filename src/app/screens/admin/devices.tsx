// Browsers that asked to be let in, those that are in, and those that are out; with the code that people compare.
import { useState } from 'preact/hooks';
import type { DeviceInfo, Role } from '../../../core/artifact/registry-api.ts';
import { toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { Select } from '../../parts/select.tsx';
import { toast } from '../../parts/toast.tsx';
import { errorToast } from '../../state/error-toast.ts';
import { need } from '../../state/services.ts';
import { admin } from './session.ts';

const roles = ['device', 'trainer', 'admin'] as const satisfies readonly Role[];
const roleNames = { device: 'roleDevice', trainer: 'roleTrainer', admin: 'roleAdmin' } as const;
const roleHints = { device: 'roleDeviceHint', trainer: 'roleTrainerHint', admin: 'roleAdminHint' } as const;
const statusNames = {
  pending: 'statusPending',
  approved: 'statusApproved',
  revoked: 'statusRevoked',
} as const;
const tones = { pending: 'warn', approved: 'good', revoked: 'plain' } as const;

export function Devices() {
  const devices = admin.devices.value;
  const waiting = devices.filter(device => device.status === 'pending').length;
  return (
    <Card title={t('devices')}>
      {devices.length === 0 ? (
        <p class="soft">{t('devicesNone')}</p>
      ) : (
        <div class="stack">
          <div>
            <p role="status">{waiting > 0 ? t('waiting', { n: waiting }) : ''}</p>
            <p class="soft">{t('devicesHint')}</p>
          </div>
          <ul role="list" class="admin-list">
            {devices.map(device => (
              <DeviceRow key={device.id} device={device} />
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

function DeviceRow({ device }: { readonly device: DeviceInfo }) {
  const { status, name, code } = device;
  return (
    <li class="admin-device">
      <div class="stack-close">
        <div class="row">
          <strong>{name}</strong>
          {device.id === need().identity.keyId ? <Chip tone="info">{t('thisDevice')}</Chip> : null}
          <Chip tone={tones[status]}>{t(statusNames[status])}</Chip>
          {device.role && status === 'approved' ? (
            <Chip tone="accent">{t(roleNames[device.role])}</Chip>
          ) : null}
        </div>
        <div class="row small">
          <span>
            {t('code')} <code class="admin-code">{code}</code>
          </span>
          <span class="soft">
            {device.lastSeenAt ? t('seen', { when: formatDate(device.lastSeenAt) }) : t('never')}
          </span>
        </div>
      </div>
      <DeviceActions device={device} />
    </li>
  );
}

function DeviceActions({ device }: { readonly device: DeviceInfo }) {
  const { id, name, status } = device;
  const [role, setRole] = useState<Role>(device.role ?? 'trainer');
  const [busy, setBusy] = useState(false);
  const act = async (what: () => Promise<void>, said: string) => {
    setBusy(true);
    try {
      await what();
      toast(said);
    } catch (thrown) {
      errorToast(toFailure(thrown, 'Offline'));
    } finally {
      setBusy(false);
    }
  };
  const letIn = () => act(() => admin.approve(id, role), t('approved', { name, role: t(roleNames[role]) }));
  const shutOut = async () => {
    const sure = await askConfirm({
      title: t('revokeTitle', { name }),
      body: t('revokeBody'),
      action: t('revoke'),
      kind: 'danger',
    });
    if (sure) await act(() => admin.revoke(id), t('revoked', { name }));
  };
  const approved = status === 'approved';
  return (
    <div class="admin-device-actions">
      <Select
        label={<span class="small">{approved ? t('changeRole', { name }) : t('approveAs')}</span>}
        value={role}
        hint={t(roleHints[role])}
        options={roles.map(value => ({ value, label: t(roleNames[value]) }))}
        onChange={setRole}
      />
      <Button
        kind={status === 'pending' ? 'primary' : 'plain'}
        busy={busy}
        disabled={approved && role === device.role}
        label={`${approved ? t('change') : t('approve')}: ${name}`}
        onClick={letIn}
      >
        {approved ? t('change') : t('approve')}
      </Button>
      {status === 'revoked' ? null : (
        <Button kind="danger" label={`${t('revoke')}: ${name}`} onClick={shutOut}>
          {t('revoke')}
        </Button>
      )}
    </div>
  );
}
