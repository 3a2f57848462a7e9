// One alias: what it points at and for whom, which devices run it, how they fared, and every move that is possible now.
import { isPartial } from '../../../core/artifact/rollout.ts';
import type { Alias } from '../../../core/artifact/documents.ts';
import type { AliasRevision, ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate, formatShare } from '../../i18n/format.ts';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Note } from '../../parts/note.tsx';
import { heldByRegistry } from '../../state/admin-history.ts';
import { History } from './alias-history.tsx';
import { Answer, useAsked } from './asked.tsx';
import { FleetBar } from './fleet-bar.tsx';
import { Outcomes } from './outcomes.tsx';
import { Moves } from './rollout-moves.tsx';
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
