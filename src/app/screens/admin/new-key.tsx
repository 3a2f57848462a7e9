// The form that makes an access key, and the one look at what it made.
import { useState } from 'preact/hooks';
import type { Role } from '../../../core/artifact/role.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import { Shown } from '../../parts/shown-once.tsx';
import { type GrantDraft, GrantsField, grantsOf, ReachSelect } from './grants-field.tsx';
import { LimitsField, limitsOf, noLimits } from './limits-field.tsx';
import { RoleSelect } from './roles.tsx';
import { useAct } from './use-act.ts';

const lifetimes = ['7', '30', '90', '365', 'ever'] as const;
type Lifetime = (typeof lifetimes)[number];

export interface MadeKey {
  readonly name: string;
  readonly key: string;
}

export function NewKey(props: { readonly onMade: (made: MadeKey) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('trainer');
  const [grants, setGrants] = useState<readonly GrantDraft[] | null>(null);
  const [limits, setLimits] = useState(noLimits);
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const { busy, problem, act } = useAct();
  const what = grants === null ? { role } : { grants: grantsOf(grants) };
  const given = limitsOf(limits);
  const isReady = name.trim() !== '' && what.grants !== null && given !== undefined;
  const make = async () => {
    if (!isReady) return;
    const days = lifetime === 'ever' ? null : Number(lifetime);
    const done = await act(api => api.createKey({ name: name.trim(), ...what, limits: given, days }));
    if (done.ok) props.onMade({ name: name.trim(), key: done.value.key });
  };
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
          <ReachSelect label={t('keyReach')} grants={grants} onGrants={setGrants} />
          {grants === null ? <RoleSelect label={t('role')} role={role} onRole={setRole} /> : null}
          <LifetimeSelect lifetime={lifetime} onLifetime={setLifetime} />
        </div>
        {grants === null ? null : <GrantsField grants={grants} onGrants={setGrants} />}
        <details class="fold">
          <summary>{t('limits')}</summary>
          <LimitsField draft={limits} onDraft={setLimits} />
        </details>
        {problem ? <ErrorNote failure={problem} /> : null}
        <div>
          <Button kind="primary" icon="key" type="submit" busy={busy} disabled={!isReady}>
            {t('makeKey')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function LifetimeSelect(props: {
  readonly lifetime: Lifetime;
  readonly onLifetime: (lifetime: Lifetime) => void;
}) {
  return (
    <Select
      label={t('lifetime')}
      value={props.lifetime}
      options={lifetimes.map(value => ({
        value,
        label: value === 'ever' ? t('forEver') : t('forDays', { n: Number(value) }),
      }))}
      onChange={props.onLifetime}
    />
  );
}

/** Until whoever made it says that it is kept. */
export function ShownKey(props: { readonly made: MadeKey; readonly onKept: () => void }) {
  const { made, onKept } = props;
  return (
    <Card title={t('keyMade', { name: made.name })}>
      <div class="stack-close">
        <Shown label={t('accessKey')} value={made.key} warning={t('keyOnce')} />
        <div>
          <Button onClick={onKept}>{t('keyKept')}</Button>
        </div>
      </div>
    </Card>
  );
}
