// Per model: its versions and aliases, and moving an alias to another version, unless it moved while one looked.
import { useState } from 'preact/hooks';
import type { Alias } from '../../../core/artifact/documents.ts';
import { aliasNameSchema } from '../../../core/artifact/names.ts';
import type { ModelSummary, VersionSummary } from '../../../core/artifact/registry-api.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/admin.ts';
import { formatBytes, formatDate, formatShare } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Select } from '../../parts/select.tsx';
import { toast } from '../../parts/toast.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { admin } from './session.ts';

/** What the list of aliases says for a name that is not in it. */
const other = '\u0000other';

export function Versions() {
  const models = admin.models.value;
  if (models.length === 0) return <p class="soft">{t('versionsNone')}</p>;
  return (
    <div class="stack">
      {models.map(model => (
        <ModelCard key={model.model} model={model} />
      ))}
    </div>
  );
}

function ModelCard({ model }: { readonly model: ModelSummary }) {
  const aliases = aliasesOf(model.aliases);
  const production = aliases.some(alias => alias.alias === 'production');
  return (
    <Card title={<span class="mono">{model.model}</span>}>
      <div class="stack">
        {production ? null : <Note tone="warn">{t('noProduction')}</Note>}
        <ul role="list" class="admin-list" aria-label={t('tabVersions')}>
          {model.versions.map(version => (
            <VersionRow
              key={version.version}
              version={version}
              aliases={aliases.filter(alias => alias.version === version.version)}
            />
          ))}
        </ul>
        <Promote key={model.versions.length} model={model} aliases={aliases} />
      </div>
    </Card>
  );
}

function VersionRow(props: { readonly version: VersionSummary; readonly aliases: readonly Alias[] }) {
  const { version, aliases } = props;
  const facts = [
    accuracyOf(version),
    formatBytes(version.variants[0]?.bytes ?? 0),
    version.parent ? t('from', { parent: String(version.parent.version) }) : t('first'),
    formatDate(version.createdAt),
  ];
  return (
    <li class="admin-version">
      <div class="row">
        <strong>{t('version', { version: String(version.version) })}</strong>
        {aliases.map(({ alias }) => (
          <Chip key={alias} tone={alias === 'production' ? 'accent' : 'plain'}>
            {alias}
          </Chip>
        ))}
      </div>
      <span class="small soft numbers">{facts.join(' · ')}</span>
      {version.note ? <span class="small">{version.note}</span> : null}
    </li>
  );
}

function accuracyOf({ evaluations }: VersionSummary): string {
  const held = evaluations.find(one => one.part === 'test' && one.origin === 'parent') ?? evaluations[0];
  const value = held?.metrics['accuracy'];
  if (!held || value === null || value === undefined) return t('accuracyUnknown');
  return held.n === null ? formatShare(value) : t('accuracyWithN', { value: formatShare(value), n: held.n });
}

function Promote(props: { readonly model: ModelSummary; readonly aliases: readonly Alias[] }) {
  const { model, aliases } = props;
  const names = [...new Set(['production', ...aliases.map(alias => alias.alias)])];
  const [choice, setChoice] = useState('production');
  const [typed, setTyped] = useState('');
  const [version, setVersion] = useState(String(model.versions[0]?.version ?? ''));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const name = choice === other ? typed.trim() : choice;
  const current = aliases.find(alias => alias.alias === name) ?? null;
  const wrong = !aliasNameSchema.safeParse(name).success;
  const same = current !== null && String(current.version) === version;

  const move = async () => {
    const sure = await askConfirm({
      title: t('promoteConfirm', { alias: name, model: model.model, version }),
      body: t('promoteConfirmBody', { alias: name }),
      action: t('promote'),
    });
    if (!sure) return;
    setBusy(true);
    setProblem(null);
    try {
      await admin.move(model.model, name, Number(version), current);
      toast(t('promoted', { alias: name, model: model.model, version }));
    } catch (thrown) {
      setProblem(toFailure(thrown, 'Offline'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="stack-close">
      <h3>{t('promoteTitle')}</h3>
      <div class="admin-promote">
        <Select
          label={t('promoteAlias')}
          hint={t('promoteAliasHint')}
          value={choice}
          options={[
            ...names.map(value => ({ value, label: value })),
            { value: other, label: t('otherAlias') },
          ]}
          onChange={setChoice}
        />
        {choice === other ? (
          <TextField
            label={t('otherAliasName')}
            value={typed}
            error={wrong && typed !== '' ? t('aliasWrong') : null}
            onInput={setTyped}
          />
        ) : null}
        <Select
          label={t('promoteVersion')}
          hint={same ? t('sameVersion', { alias: name, version }) : undefined}
          value={version}
          options={model.versions.map(one => ({
            value: String(one.version),
            label: t('version', { version: String(one.version) }),
          }))}
          onChange={setVersion}
        />
        <Button kind="primary" busy={busy} disabled={wrong || same} onClick={move}>
          {t('promote')}
        </Button>
      </div>
      {problem ? <Refused problem={problem} alias={name} current={current} /> : null}
    </div>
  );
}

/** After a conflict the state was loaded anew: it says where the alias is now. */
function Refused(props: {
  readonly problem: Failure;
  readonly alias: string;
  readonly current: Alias | null;
}) {
  const { problem, alias, current } = props;
  if (problem.code === 'PreconditionFailed' && current) {
    return (
      <div role="alert">
        <Note tone="warn">{t('moved', { alias, version: String(current.version) })}</Note>
      </div>
    );
  }
  return <ErrorNote failure={problem} />;
}
