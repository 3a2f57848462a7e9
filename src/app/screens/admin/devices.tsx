// Browsers that asked to be let in, those that are in, and those that are out: found by name, code, group or what they run.
import { useState } from 'preact/hooks';
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { differFromRole } from '../../../core/artifact/own-grants.ts';
import type { Role } from '../../../core/artifact/role.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { grantsInWords } from '../../parts/grant-words.ts';
import { SearchField } from '../../parts/search-field.tsx';
import { Split } from '../../parts/split.tsx';
import { toast } from '../../parts/toast.tsx';
import { formKey } from '../../state/admin-device.ts';
import { findDevices } from '../../state/admin-find.ts';
import { need } from '../../state/services.ts';
import { DeviceSheet } from './device-sheet.tsx';
import { EnrolmentCodes } from './enrolment-codes.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { letInWords } from './rights-words.ts';
import { roleNames } from './role-names.ts';
import { RoleSelect } from './roles.tsx';
import { to } from './section.ts';
import { admin } from './session.ts';
import { useAct } from './use-act.ts';
import { useShutOut } from './use-shut-out.ts';

/** More rows than this help nobody find one, and take long to draw. */
const shownAtOnce = 200;
/** Of a row's; the sheet shows them all. */
const grantsShown = 3;

export function Devices(props: { readonly chosen: string | null; readonly find: string }) {
  const { chosen, find } = props;
  const device = admin.devices.value.find(({ id }) => id === chosen) ?? null;
  return (
    <Split
      list={<DeviceList key={find} chosen={device?.id ?? null} find={find} />}
      back={{ href: to.devices(), label: t('allDevices') }}
      detail={device ? <DeviceSheet key={device.id} device={device} /> : null}
    />
  );
}

function DeviceList({ chosen, find }: { readonly chosen: string | null; readonly find: string }) {
  const [text, setText] = useState(find);
  const [inviting, setInviting] = useState(false);
  const all = admin.devices.value;
  const invite = (
    <Button kind="primary" icon="add" onClick={() => setInviting(true)}>
      {t('invite')}
    </Button>
  );
  const dialog = inviting ? <InviteDialog onClose={() => setInviting(false)} /> : null;
  if (all.length === 0) {
    return (
      <>
        <Empty icon="device" title={t('devicesNone')} action={invite}>
          {t('devicesNoneHint')}
        </Empty>
        <EnrolmentCodes />
        {dialog}
      </>
    );
  }
  const found = findDevices(all, text);
  const pending = found.filter(({ status }) => status === 'pending');
  const others = found.filter(({ status }) => status !== 'pending');
  return (
    <>
      <div class="admin-find">
        <SearchField label={t('findDevices')} value={text} onInput={setText} />
        {invite}
      </div>
      <p role="status" class={pending.length > 0 ? undefined : 'visually-hidden'}>
        {pending.length > 0 ? t('waiting', { n: pending.length }) : ''}
      </p>
      {pending.length > 0 ? (
        <section class="card stack" aria-label={t('statusPending')}>
          <p class="soft">{t('devicesHint')}</p>
          <ul role="list" class="admin-list">
            {pending.map(device => (
              <PendingRow key={`${device.id} ${formKey(device)}`} device={device} />
            ))}
          </ul>
        </section>
      ) : null}
      {found.length === 0 ? <p role="status">{t('nothingFound')}</p> : null}
      <ul role="list" class="admin-rows">
        {others.slice(0, shownAtOnce).map(device => (
          <li key={device.id}>
            <KnownRow device={device} current={device.id === chosen} />
          </li>
        ))}
      </ul>
      {others.length > shownAtOnce ? (
        <p class="soft">{t('moreDevices', { n: others.length - shownAtOnce })}</p>
      ) : null}
      <EnrolmentCodes />
      {dialog}
    </>
  );
}

/** Who asks: with the code to compare, and the two answers. */
function PendingRow({ device }: { readonly device: DeviceInfo }) {
  const { id, name, code, createdAt, grants } = device;
  // Where grants stand in its place, a role gives nothing: the least, for when they are taken away.
  const [role, setRole] = useState<Role>(grants ? 'device' : 'trainer');
  const { busy, problem, act } = useAct();
  const letIn = async () => {
    const done = await act(api => api.changeDevice(id, { status: 'approved', role }));
    if (done.ok) toast(letInWords(done.value));
  };
  const shutOut = useShutOut(device, act);
  return (
    <li class="admin-device">
      <div class="stack-close">
        <div class="row">
          <strong>{name}</strong>
          <ThisDevice id={id} />
          <Chip tone="warn">{t('statusPending')}</Chip>
        </div>
        <div class="row small">
          <span>
            {t('code')} <code class="admin-code">{code}</code>
          </span>
          <span class="soft">{t('askedAt', { when: formatDate(createdAt) })}</span>
        </div>
      </div>
      <div class="admin-device-actions">
        {grants ? (
          <p class="small">{`${t('ownGrants')}: ${grantsInWords(grants)}`}</p>
        ) : (
          <RoleSelect label={t('approveAs')} role={role} onRole={setRole} />
        )}
        <div class="row">
          <Button kind="primary" busy={busy} label={`${t('approve')}: ${name}`} onClick={letIn}>
            {t('approve')}
          </Button>
          <Button kind="danger" busy={busy} label={`${t('revoke')}: ${name}`} onClick={shutOut}>
            {t('revoke')}
          </Button>
        </div>
      </div>
      {problem ? <ErrorNote failure={problem} /> : null}
    </li>
  );
}

function KnownRow({ device, current }: { readonly device: DeviceInfo; readonly current: boolean }) {
  const { id, name, status, role, groups, grants, lastSeenAt, report } = device;
  const isByRole = grants === null || !differFromRole(grants, role);
  const runs = (report?.active ?? []).map(({ model, version }) => `${model} v${version}`);
  return (
    <a
      class={status === 'revoked' ? 'admin-row out' : 'admin-row'}
      href={to.devices(id)}
      aria-current={current ? 'true' : undefined}
    >
      <span class="row">
        <strong>{name}</strong>
        <ThisDevice id={id} />
        {status === 'revoked' ? <Chip>{t('statusRevoked')}</Chip> : null}
        {role && isByRole && status === 'approved' ? <Chip tone="accent">{t(roleNames[role])}</Chip> : null}
        {grants && status === 'approved' ? <Chip tone="accent">{t('ownGrants')}</Chip> : null}
        {groups.map(group => (
          <Chip key={group}>{group}</Chip>
        ))}
      </span>
      {isByRole ? null : <span class="small">{grantsInWords(grants, grantsShown)}</span>}
      <span class="small soft numbers">
        {[lastSeenAt ? t('seen', { when: formatDate(lastSeenAt) }) : t('never'), ...runs].join(' · ')}
      </span>
    </a>
  );
}

export function ThisDevice({ id }: { readonly id: string }) {
  return id === need().identity.keyId ? <Chip tone="info">{t('thisDevice')}</Chip> : null;
}
