// Access keys for people and programs: made, shown once, shut out.
import { useState } from 'preact/hooks';
import type { AccessKey } from '../../../core/artifact/access-api.ts';
import type { Role } from '../../../core/artifact/role.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import { Shown } from '../../parts/shown-once.tsx';
import { toast } from '../../parts/toast.tsx';
import { Answer, useAsked } from './asked.tsx';
import { RoleSelect, roleNames } from './roles.tsx';
import { useAct } from './use-act.ts';

const lifetimes = ['7', '30', '90', '365', 'ever'] as const;
type Lifetime = (typeof lifetimes)[number];

export function Keys() {
  const keys = useAsked('keys', (api, signal) => api.keys(signal));
  return (
    <div class="stack">
      <NewKey />
      <Card title={t('keys')}>
        <Answer of={keys}>{all => <KeyList keys={all} />}</Answer>
      </Card>
    </div>
  );
}

function NewKey() {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('trainer');
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [made, setMade] = useState<{ readonly name: string; readonly key: string } | null>(null);
  const { busy, problem, act } = useAct();
  const make = async () => {
    if (name.trim() === '') return;
    const days = lifetime === 'ever' ? null : Number(lifetime);
    const done = await act(api => api.createKey({ name: name.trim(), role, days }));
    if (!done.ok) return;
    setMade({ name: name.trim(), key: done.value.key });
    setName('');
  };
  if (made) {
    return (
      <Card title={t('keyMade', { name: made.name })}>
        <div class="stack-close">
          <Shown label={t('accessKey')} value={made.key} warning={t('keyOnce')} />
          <div>
            <Button onClick={() => setMade(null)}>{t('keyKept')}</Button>
          </div>
        </div>
      </Card>
    );
  }
  return (
    <Card title={t('newKey')}>
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          void make();
        }}
      >
        <p class="soft">{t('keysHint')}</p>
        <TextField
          label={t('keyName')}
          hint={t('keyNameHint')}
          value={name}
          maxLength={64}
          onInput={setName}
        />
        <div class="admin-pair">
          <RoleSelect label={t('role')} role={role} onRole={setRole} />
          <Select
            label={t('lifetime')}
            value={lifetime}
            options={lifetimes.map(value => ({
              value,
              label: value === 'ever' ? t('forEver') : t('forDays', { n: Number(value) }),
            }))}
            onChange={setLifetime}
          />
        </div>
        {problem ? <ErrorNote failure={problem} /> : null}
        <div>
          <Button kind="primary" icon="key" type="submit" busy={busy} disabled={name.trim() === ''}>
            {t('makeKey')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function KeyList({ keys }: { readonly keys: readonly AccessKey[] }) {
  if (keys.length === 0) return <p class="soft">{t('keysNone')}</p>;
  return (
    <ul role="list" class="admin-list">
      {keys.map(key => (
        <KeyRow key={key.id} access={key} />
      ))}
    </ul>
  );
}

function KeyRow({ access }: { readonly access: AccessKey }) {
  const { id, name, role, createdAt, expiresAt, revokedAt, lastUsedAt } = access;
  const { busy, problem, act } = useAct();
  const isOver = expiresAt !== null && new Date(expiresAt) <= new Date();
  const revoke = async () => {
    const sure = await askConfirm({
      title: t('revokeKeyTitle', { name }),
      body: t('revokeKeyBody'),
      action: t('revokeKey'),
      kind: 'danger',
    });
    if (!sure) return;
    const done = await act(api => api.revokeKey(id));
    if (done.ok) toast(t('keyRevoked', { name }));
  };
  return (
    <li class="admin-version">
      <span class="row spread">
        <span class="row">
          <strong>{name}</strong>
          {role === null ? (
            <Chip tone="accent">{t('ownGrants')}</Chip>
          ) : (
            <Chip tone="accent">{t(roleNames[role])}</Chip>
          )}
          {revokedAt ? <Chip>{t('statusRevoked')}</Chip> : null}
          {isOver && !revokedAt ? <Chip tone="warn">{t('expired')}</Chip> : null}
        </span>
        {revokedAt || isOver ? null : (
          <Button kind="danger" busy={busy} label={`${t('revokeKey')}: ${name}`} onClick={revoke}>
            {t('revokeKey')}
          </Button>
        )}
      </span>
      <span class="small soft numbers">
        {[
          id,
          t('keyMadeAt', { when: formatDate(createdAt) }),
          expiresAt ? t('keyUntil', { when: formatDate(expiresAt) }) : t('forEver'),
          lastUsedAt ? t('keyUsed', { when: formatDate(lastUsedAt) }) : t('keyUnused'),
        ].join(' · ')}
      </span>
      {problem ? <ErrorNote failure={problem} /> : null}
    </li>
  );
}
