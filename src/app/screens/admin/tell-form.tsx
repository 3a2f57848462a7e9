// What is said about a model: its card and its tags.
import { useState } from 'preact/hooks';
import { tagSchema } from '../../../core/artifact/names.ts';
import { maxCardBytes } from '../../../core/artifact/registry-api.ts';
import type { ModelAnswer } from '../../../client/registry.ts';
import { t } from '../../i18n/admin.ts';
import { formatBytes } from '../../i18n/format.ts';
import { TextArea } from '../../parts/field.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';
import { ChangeForm } from './change-form.tsx';
import { NamesField, namesIn, wrongName } from './names-field.tsx';

export function TellForm({ answer, onDone }: { readonly answer: ModelAnswer; readonly onDone: () => void }) {
  const [card, setCard] = useState(answer.model.card);
  const [tagText, setTagText] = useState(answer.model.tags.join(' '));
  const tags = namesIn(tagText);
  const wrongTag = wrongName(tags, tagSchema);
  const bytes = new TextEncoder().encode(card).length;
  const tooLong = bytes > maxCardBytes;
  const change = wrongTag === undefined && !tooLong ? { card, tags } : null;
  return (
    <ChangeForm answer={answer} change={change} onDone={onDone}>
      <NamesField
        label={t('tags')}
        hint={t('tagsHint')}
        text={tagText}
        schema={tagSchema}
        wrong={tag => t('tagWrong', { tag })}
        onText={setTagText}
      />
      <TextArea
        label={t('card')}
        hint={t('cardHint')}
        error={
          tooLong ? t('cardTooLong', { bytes: formatBytes(bytes), most: formatBytes(maxCardBytes) }) : null
        }
        rows={14}
        spellcheck
        value={card}
        onInput={setCard}
      />
      {card.trim() === '' ? null : (
        <details class="fold">
          <summary>{t('preview')}</summary>
          <Markdown text={card} />
        </details>
      )}
    </ChangeForm>
  );
}
