// When newer versions are taken, as a form: of one model or of all.
import { useEffect, useState } from 'preact/hooks';
import { type Condition, type Conditions, conditionsNow } from '../../device/conditions.ts';
import type { UpdatePolicy } from '../../device/schema.ts';
import { formatDuration } from '../i18n/format.ts';
import { t } from '../i18n/updates.ts';
import { settings } from '../state/settings.ts';
import { Check } from './field.tsx';
import { Select } from './select.tsx';

/** Minutes. */
const intervals = [15, 60, 360, 1440];
const conditions = ['idle', 'charging', 'unmetered'] as const satisfies readonly Condition[];

export type Terms = Omit<UpdatePolicy, 'model'>;

export function PolicyForm(props: {
  readonly terms: Terms;
  readonly onChange: (terms: Terms) => void;
  /** How often is asked for all models at once. */
  readonly withInterval?: boolean;
}) {
  const { terms, onChange } = props;
  return (
    <>
      {props.withInterval ? <Interval terms={terms} onChange={onChange} /> : null}
      {terms.mode === 'automatic' ? <OnlyWhile terms={terms} onChange={onChange} /> : null}
    </>
  );
}

function Interval({ terms, onChange }: Parameters<typeof PolicyForm>[0]) {
  const known = [...new Set([...intervals, terms.everyMinutes])].sort((a, b) => a - b);
  return (
    <Select
      label={t('every')}
      hint={t('everyHint')}
      value={String(terms.everyMinutes)}
      options={known.map(minutes => ({ value: String(minutes), label: formatDuration(minutes * 60) }))}
      onChange={minutes => onChange({ ...terms, everyMinutes: Number(minutes) })}
    />
  );
}

function OnlyWhile({ terms, onChange }: Parameters<typeof PolicyForm>[0]) {
  const told = useConditions();
  const overMetered = settings.value?.overMetered ?? false;
  // Unless mobile data were allowed altogether, nothing goes over it anyway.
  const offered = conditions.filter(condition => condition !== 'unmetered' || overMetered);
  return (
    <fieldset class="stack-close plain-fieldset">
      <legend class="field-label">{t('onlyWhile')}</legend>
      {offered.map(condition => (
        <Check
          key={condition}
          checked={terms.onlyWhile[condition]}
          onChange={checked =>
            onChange({ ...terms, onlyWhile: { ...terms.onlyWhile, [condition]: checked } })
          }
        >
          {told?.[condition] === null ? `${t(condition)} (${t('untold')})` : t(condition)}
        </Check>
      ))}
    </fieldset>
  );
}

/** What this platform tells; null until it was asked. */
function useConditions(): Conditions | null {
  const [told, setTold] = useState<Conditions | null>(null);
  useEffect(() => {
    void conditionsNow().then(setTold);
  }, []);
  return told;
}
