// The aliases of a model: each with its rollout, and the one that is looked at closely.
import { useState } from 'preact/hooks';
import type { ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Note } from '../../parts/note.tsx';
import { SectionNav } from '../../parts/section-nav.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { RanOn } from './ran-on.tsx';
import { Rollout } from './rollout.tsx';
import { RolloutForm } from './rollout-form.tsx';
import { to } from './section.ts';

export function Rollouts(props: { readonly model: ModelSummary; readonly chosen: string | null }) {
  const { model } = props;
  const [adding, setAdding] = useState(false);
  const aliases = aliasesOf(model.aliases);
  const chosen =
    aliases.find(({ alias }) => alias === (props.chosen ?? 'production')) ??
    (props.chosen === null ? aliases[0] : undefined);
  return (
    <div class="stack">
      <div class="row spread">
        {aliases.length > 1 ? (
          <SectionNav
            label={t('aliases')}
            current={chosen?.alias ?? null}
            links={aliases.map(({ alias }) => ({
              id: alias,
              label: alias,
              href: to.model(model.model, 'rollout', alias),
            }))}
          />
        ) : (
          <span />
        )}
        {adding ? null : (
          <Button kind="quiet" icon="add" onClick={() => setAdding(true)}>
            {t('newAlias')}
          </Button>
        )}
      </div>
      {adding ? (
        <Card
          title={t('newAlias')}
          actions={<Button kind="quiet" icon="close" label={t('leaveIt')} onClick={() => setAdding(false)} />}
        >
          <RolloutForm model={model} aliases={aliases} onDone={() => setAdding(false)} />
        </Card>
      ) : null}
      {aliases.some(({ alias }) => alias === 'production') ? null : (
        <Note tone="warn">{t('noProduction')}</Note>
      )}
      {chosen ? <Rollout key={chosen.alias} model={model} alias={chosen} /> : null}
      {props.chosen !== null && !chosen ? (
        <p role="status">{t('aliasGone', { alias: props.chosen })}</p>
      ) : null}
      <RanOn model={model.model} />
    </div>
  );
}
