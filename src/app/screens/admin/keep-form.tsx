// How long versions of a model are kept that nothing needs.
import { useState } from 'preact/hooks';
import type { ModelAnswer } from '../../../client/registry.ts';
import { t } from '../../i18n/admin.ts';
import { TextField } from '../../parts/field.tsx';
import { ChangeForm } from './change-form.tsx';

export function KeepForm({ answer, onDone }: { readonly answer: ModelAnswer; readonly onDone: () => void }) {
  const { retention } = answer.model;
  const [versions, setVersions] = useState(textOf(retention.keepVersions));
  const [days, setDays] = useState(textOf(retention.keepDays));
  const keepVersions = wholeNumber(versions, 1);
  const keepDays = wholeNumber(days, 0);
  const change =
    keepVersions === undefined || keepDays === undefined ? null : { retention: { keepVersions, keepDays } };
  return (
    <ChangeForm answer={answer} change={change} onDone={onDone}>
      <div class="admin-pair">
        <TextField
          label={t('keepVersions')}
          inputMode="numeric"
          hint={t('keepHint')}
          value={versions}
          error={keepVersions === undefined ? t('wholeNumber') : null}
          onInput={setVersions}
        />
        <TextField
          label={t('keepDays')}
          inputMode="numeric"
          hint={t('keepHint')}
          value={days}
          error={keepDays === undefined ? t('wholeNumber') : null}
          onInput={setDays}
        />
      </div>
    </ChangeForm>
  );
}

function textOf(count: number | null): string {
  return count === null ? '' : String(count);
}

/** Null where nothing was written; undefined where it is no whole number of at least `least`. */
function wholeNumber(text: string, least: number): number | null | undefined {
  if (text.trim() === '') return null;
  const value = Number(text);
  return Number.isInteger(value) && value >= least ? value : undefined;
}
