// What is said about a model: its card, its tags, and how long its versions are kept. Saved over nobody else's changes.
import { useState } from 'preact/hooks';
import { tagSchema } from '../../../core/artifact/names.ts';
import {
  maxCardBytes,
  type ModelDetail,
  type ModelSummary,
  type Retention,
} from '../../../core/artifact/registry-api.ts';
import type { ModelAnswer } from '../../../client/registry.ts';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { formatBytes } from '../../i18n/format.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Field, TextField } from '../../parts/field.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';
import { toast } from '../../parts/toast.tsx';
import { Answer, useAsked } from './asked.tsx';
import { CleanUp } from './clean-up.tsx';
import { Tags } from './models.tsx';
import { NamesField, namesIn, wrongName } from './names-field.tsx';
import { Refused } from './refused.tsx';
import { to } from './section.ts';
import { useAct } from './use-act.ts';

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

/** Begins with what is there; what others changed meanwhile is said and not written over. */
function TellForm({ answer, onDone }: { readonly answer: ModelAnswer; readonly onDone: () => void }) {
  const [begun] = useState(answer);
  const [card, setCard] = useState(begun.model.card);
  const [tagText, setTagText] = useState(begun.model.tags.join(' '));
  const { busy, problem, act } = useAct();
  const tags = namesIn(tagText);
  const wrongTag = wrongName(tags, tagSchema);
  const bytes = new TextEncoder().encode(card).length;
  const tooLong = bytes > maxCardBytes;
  const save = async () => {
    if (wrongTag !== undefined || tooLong) return;
    const change = { card, tags };
    const done = await act(api => api.changeModel(begun.model.model, change, begun.etag));
    if (!done.ok) return;
    toast(t('saved'));
    onDone();
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <NamesField
        label={t('tags')}
        hint={t('tagsHint')}
        text={tagText}
        schema={tagSchema}
        wrong={tag => t('tagWrong', { tag })}
        onText={setTagText}
      />
      <Field
        label={t('card')}
        hint={t('cardHint')}
        error={
          tooLong ? t('cardTooLong', { bytes: formatBytes(bytes), most: formatBytes(maxCardBytes) }) : null
        }
      >
        {attributes => (
          <textarea
            {...attributes}
            class="input"
            rows={14}
            value={card}
            onInput={event => setCard(event.currentTarget.value)}
          />
        )}
      </Field>
      {problem ? <Refused problem={problem} /> : null}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy} disabled={wrongTag !== undefined || tooLong}>
          {t('save')}
        </Button>
        <Button onClick={onDone}>{common('cancel')}</Button>
      </div>
      {card.trim() === '' ? null : (
        <details class="fold">
          <summary>{t('preview')}</summary>
          <Markdown text={card} />
        </details>
      )}
    </form>
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

function KeepForm({ answer, onDone }: { readonly answer: ModelAnswer; readonly onDone: () => void }) {
  const [begun] = useState(answer);
  const { keepVersions, keepDays } = begun.model.retention;
  const [versions, setVersions] = useState(keepVersions === null ? '' : String(keepVersions));
  const [days, setDays] = useState(keepDays === null ? '' : String(keepDays));
  const { busy, problem, act } = useAct();
  const wanted = { keepVersions: wholeNumber(versions, 1), keepDays: wholeNumber(days, 0) };
  const wrong = wanted.keepVersions === undefined || wanted.keepDays === undefined;
  const save = async () => {
    if (wanted.keepVersions === undefined || wanted.keepDays === undefined) return;
    const retention: ModelDetail['retention'] = {
      keepVersions: wanted.keepVersions,
      keepDays: wanted.keepDays,
    };
    const done = await act(api => api.changeModel(begun.model.model, { retention }, begun.etag));
    if (!done.ok) return;
    toast(t('saved'));
    onDone();
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      <div class="admin-pair">
        <TextField
          label={t('keepVersions')}
          inputMode="numeric"
          hint={t('keepHint')}
          value={versions}
          error={wanted.keepVersions === undefined ? t('wholeNumber') : null}
          onInput={setVersions}
        />
        <TextField
          label={t('keepDays')}
          inputMode="numeric"
          hint={t('keepHint')}
          value={days}
          error={wanted.keepDays === undefined ? t('wholeNumber') : null}
          onInput={setDays}
        />
      </div>
      {problem ? <Refused problem={problem} /> : null}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy} disabled={wrong}>
          {t('save')}
        </Button>
        <Button onClick={onDone}>{common('cancel')}</Button>
      </div>
    </form>
  );
}

/** Null where nothing was written; undefined where it is no whole number of at least `least`. */
function wholeNumber(text: string, least: number): number | null | undefined {
  if (text.trim() === '') return null;
  const value = Number(text);
  return Number.isInteger(value) && value >= least ? value : undefined;
}
