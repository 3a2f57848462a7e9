// Access keys for people and programs: made, shown once, followed by another, shut out.
import { useState } from 'preact/hooks';
import { type AccessKey, defaultGraceHours } from '../../../core/artifact/key-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { grantsInWords } from '../../parts/grant-words.ts';
import { toast } from '../../parts/toast.tsx';
import { Answer, useAsked } from './asked.tsx';
import { limitsInWords } from './limits-field.tsx';
import { type MadeKey, NewKey, ShownKey } from './new-key.tsx';
import { roleNames } from './role-names.ts';
import { useAct } from './use-act.ts';

export function Keys() {
  const keys = useAsked('keys', (api, signal) => api.keys(signal));
  const [made, setMade] = useState<MadeKey | null>(null);
  return (
    <div class="stack">
      {made ? <ShownKey made={made} onKept={() => setMade(null)} /> : <NewKey onMade={setMade} />}
      <Card title={t('keys')}>
        <Answer of={keys}>{all => <KeyList keys={all} onMade={setMade} />}</Answer>
      </Card>
    </div>
  );
}

function KeyList(props: { readonly keys: readonly AccessKey[]; readonly onMade: (made: MadeKey) => void }) {
  const { keys, onMade } = props;
  if (keys.length === 0) return <p class="soft">{t('keysNone')}</p>;
  const followed = new Set(keys.flatMap(({ replaces, revokedAt }) => (revokedAt ? [] : [replaces])));
  return (
    <ul role="list" class="admin-list">
      {keys.map(key => (
        <KeyRow key={key.id} access={key} isFollowed={followed.has(key.id)} onMade={onMade} />
      ))}
    </ul>
  );
}

function KeyRow(props: {
  readonly access: AccessKey;
  readonly isFollowed: boolean;
  readonly onMade: (made: MadeKey) => void;
}) {
  const { access, isFollowed, onMade } = props;
  const { id, name, role, grants, revokedAt } = access;
  const { busy, problem, act } = useAct();
  const isOver = access.expiresAt !== null && new Date(access.expiresAt) <= new Date();
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
  const rotate = async () => {
    const sure = await askConfirm({
      title: t('rotateKeyTitle', { name }),
      body: t('rotateKeyBody', { n: defaultGraceHours }),
      action: t('rotateKey'),
    });
    if (!sure) return;
    const done = await act(api => api.rotateKey(id));
    if (done.ok) onMade({ name, key: done.value.key });
  };
  return (
    <li class="admin-version">
      <span class="row spread">
        <span class="row">
          <strong>{name}</strong>
          <Chip tone="accent">{t(role === null ? 'ownGrants' : roleNames[role])}</Chip>
          {revokedAt ? <Chip>{t('statusRevoked')}</Chip> : null}
          {isOver && !revokedAt ? <Chip tone="warn">{t('expired')}</Chip> : null}
          {isFollowed ? <Chip>{t('keyFollowed')}</Chip> : null}
        </span>
        {revokedAt || isOver ? null : (
          <span class="row">
            {isFollowed ? null : (
              <Button icon="refresh" busy={busy} label={`${t('rotateKey')}: ${name}`} onClick={rotate}>
                {t('rotateKey')}
              </Button>
            )}
            <Button kind="danger" busy={busy} label={`${t('revokeKey')}: ${name}`} onClick={revoke}>
              {t('revokeKey')}
            </Button>
          </span>
        )}
      </span>
      {grants === null ? null : <span class="small">{grantsInWords(grants)}</span>}
      <span class="small soft numbers">{factsOf(access).join(' · ')}</span>
      {problem ? <ErrorNote failure={problem} /> : null}
    </li>
  );
}

function factsOf({ id, limits, createdAt, expiresAt, lastUsedAt }: AccessKey): string[] {
  return [
    id,
    ...limitsInWords(limits),
    t('keyMadeAt', { when: formatDate(createdAt) }),
    expiresAt ? t('keyUntil', { when: formatDate(expiresAt) }) : t('forEver'),
    lastUsedAt ? t('keyUsed', { when: formatDate(lastUsedAt) }) : t('keyUnused'),
  ];
}
