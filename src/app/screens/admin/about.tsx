// What is said about a model: its card, its tags, and how long its versions are kept.
import { useState } from 'preact/hooks';
import type { ModelSummary, Retention } from '../../../core/artifact/registry-api.ts';
import type { ModelAnswer } from '../../../client/registry.ts';
import { t } from '../../i18n/admin.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';
import { Answer, useAsked } from './asked.tsx';
import { CleanUp } from './clean-up.tsx';
import { KeepForm } from './keep-form.tsx';
import { Tags } from './models.tsx';
import { to } from './section.ts';
import { TellForm } from './tell-form.tsx';

export function About({ summary }: { readonly summary: ModelSummary }) {
  const { model } = summary;
  const asked = useAsked(model, (api, signal) => api.model(model, signal));
  return (
    <Answer of={asked}>
      {answer => (
        <div class="stack">
          <Told answer={answer} />
          <Kept answer={answer} />
          <CleanUp />
          <div>
            <LinkButton kind="quiet" href={to.audit(model)}>
              {t('auditOf', { model })}
            </LinkButton>
          </div>
        </div>
      )}
    </Answer>
  );
}

function Told({ answer }: { readonly answer: ModelAnswer }) {
  const { card, tags } = answer.model;
  const [editing, setEditing] = useState(false);
  const edit = editing ? null : (
    <Button kind="quiet" onClick={() => setEditing(true)}>
      {t('edit')}
    </Button>
  );
  return (
    <Card title={t('card')} actions={edit}>
      {editing ? (
        <TellForm answer={answer} onDone={() => setEditing(false)} />
      ) : (
        <div class="stack">
          <Tags tags={tags} />
          {card === '' ? <p class="soft">{t('cardNone')}</p> : <Markdown text={card} />}
        </div>
      )}
    </Card>
  );
}

function Kept({ answer }: { readonly answer: ModelAnswer }) {
  const { retention } = answer.model;
  const [editing, setEditing] = useState(false);
  const edit = editing ? null : (
    <Button kind="quiet" onClick={() => setEditing(true)}>
      {t('edit')}
    </Button>
  );
  return (
    <Card title={t('retention')} actions={edit}>
      <div class="stack-close">
        <p>{retentionText(retention)}</p>
        <p class="small soft">{t('retentionAlways')}</p>
        {editing ? <KeepForm answer={answer} onDone={() => setEditing(false)} /> : null}
      </div>
    </Card>
  );
}

function retentionText({ keepVersions, keepDays }: Retention): string {
  if (keepVersions === null && keepDays === null) return t('keepAll');
  if (keepDays === null) return t('keepNewest', { n: keepVersions ?? 0 });
  if (keepVersions === null) return t('keepYoung', { n: keepDays });
  return t('keepBoth', { versions: keepVersions, days: keepDays });
}
