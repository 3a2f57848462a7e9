// One alias: what it points at and for whom, which devices run it, how they fared, and every move that is possible now.
import { useState } from 'preact/hooks';
import { versionBefore } from '../../../core/artifact/alias-history.ts';
import { isPartial } from '../../../core/artifact/rollout.ts';
import type { Alias } from '../../../core/artifact/documents.ts';
import type { AliasRevision, ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate, formatShare } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Note } from '../../parts/note.tsx';
import { askReason } from '../../parts/reason.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { heldByRegistry } from '../../state/admin-history.ts';
import { History } from './alias-history.tsx';
import { Answer, useAsked } from './asked.tsx';
import { FleetBar } from './fleet-bar.tsx';
import { Outcomes } from './outcomes.tsx';
import { Refused } from './refused.tsx';
import { RolloutForm } from './rollout-form.tsx';
import { useMoves } from './use-moves.ts';
import { Who } from './who.tsx';

export function Rollout({ model, alias }: { readonly model: ModelSummary; readonly alias: Alias }) {
  const history = useAsked(`${model.model}@${alias.alias}`, (api, signal) =>
    api.aliasHistory(model.model, alias.alias, signal),
  );
  return (
    <>
      <Card title={<Title alias={alias} />}>
        <div class="stack">
          <p class="soft small">
            {t('issued', { revision: alias.revision, issued: formatDate(alias.issuedAt) })}{' '}
            {t('validUntil', { expires: formatDate(alias.expiresAt) })}
          </p>
          <Held alias={alias} entries={history.value ?? []} />
          <FleetBar model={model.model} alias={alias} />
          <Outcomes model={model.model} version={alias.version} />
          <Moves model={model} alias={alias} entries={history.value ?? []} />
        </div>
      </Card>
      <Card title={t('history')}>
        <Answer of={history}>{entries => <History entries={entries} />}</Answer>
      </Card>
    </>
  );
}

function Title({ alias }: { readonly alias: Alias }) {
  const { rollout, otherwise, held } = alias;
  return (
    <span class="row">
      <span>
        <span class="mono">{alias.alias}</span> → {t('version', { version: String(alias.version) })}
      </span>
      <Chip tone={isPartial(alias) ? 'info' : 'plain'}>
        {t('shareOf', { share: formatShare(rollout.share, 0) })}
      </Chip>
      {rollout.groups?.map(group => (
        <Chip key={group}>{group}</Chip>
      ))}
      {otherwise ? <Chip>{t('restRuns', { version: String(otherwise.version) })}</Chip> : null}
      {held ? (
        <Chip tone="warn" icon="pause">
          {t('held')}
        </Chip>
      ) : null}
    </span>
  );
}

/** That a rollout stands still, who stopped it, and why. */
function Held({ alias, entries }: { readonly alias: Alias; readonly entries: readonly AliasRevision[] }) {
  if (!alias.held) return null;
  const newest = entries.find(({ revision }) => revision === alias.revision);
  const itself = heldByRegistry(entries, alias) !== null;
  return (
    <Note tone={itself ? 'bad' : 'warn'}>
      <strong>{itself ? t('heldItself') : t('heldBy')}</strong>
      {newest && !itself ? (
        <span>
          <Who who={newest.who} /> · {formatDate(newest.at)}
        </span>
      ) : null}
      {newest?.why ? <span>{newest.why}</span> : null}
      <span>{t('heldBody', { version: String(alias.version) })}</span>
    </Note>
  );
}

function Moves(props: {
  readonly model: ModelSummary;
  readonly alias: Alias;
  readonly entries: readonly AliasRevision[];
}) {
  const { model, alias, entries } = props;
  const [changing, setChanging] = useState(false);
  const { busy, problem, move, hold, remove } = useMoves(model.model, alias.alias);
  const back = versionBefore(entries, alias);
  const isAll = !isPartial(alias);

  const ask = (what: 'hold' | 'resume' | 'finish' | 'rollBack' | 'remove', kind?: 'danger') =>
    askReason({
      title: t(`${what}Title`, {
        alias: alias.alias,
        version: String(what === 'rollBack' ? back : alias.version),
      }),
      body: t(`${what}Body`, {
        alias: alias.alias,
        version: String(what === 'rollBack' ? back : alias.version),
      }),
      action: t(what),
      kind: kind ?? 'primary',
    });
  const turn = async () => {
    const reason = await ask(alias.held ? 'resume' : 'hold');
    if (reason) await hold(!alias.held, reason.why, alias);
  };
  const finish = async () => {
    const reason = await ask('finish');
    if (reason) await move({ version: alias.version, share: 1, groups: null, why: reason.why }, alias);
  };
  const rollBack = async () => {
    const reason = back === null ? null : await ask('rollBack', 'danger');
    if (reason && back !== null)
      await move({ version: back, share: 1, groups: null, why: reason.why }, alias);
  };
  const drop = async () => {
    const reason = await ask('remove', 'danger');
    if (reason) await remove(reason.why, alias);
  };
  if (changing) {
    return (
      <section class="admin-change stack">
        <div class="row spread">
          <h3>{t('changeRollout')}</h3>
          <Button kind="quiet" icon="close" label={t('leaveIt')} onClick={() => setChanging(false)} />
        </div>
        <RolloutForm
          model={model}
          aliases={aliasesOf(model.aliases)}
          alias={alias.alias}
          onDone={() => setChanging(false)}
        />
      </section>
    );
  }
  return (
    <div class="stack-close">
      <div class="row">
        <Button kind="primary" icon="flag" onClick={() => setChanging(true)}>
          {t('changeRollout')}
        </Button>
        {isAll && !alias.held ? null : (
          <Button icon={alias.held ? 'play' : 'pause'} busy={busy} onClick={turn}>
            {t(alias.held ? 'resume' : 'hold')}
          </Button>
        )}
        {isAll ? null : (
          <Button icon="check" busy={busy} onClick={finish}>
            {t('finish')}
          </Button>
        )}
        {back === null ? null : (
          <Button kind="danger" icon="undo" busy={busy} onClick={rollBack}>
            {t('rollBackTo', { version: String(back) })}
          </Button>
        )}
        <Button kind="quiet" icon="remove" busy={busy} onClick={drop}>
          {t('remove')}
        </Button>
      </div>
      {problem ? <Refused problem={problem} /> : null}
    </div>
  );
}
