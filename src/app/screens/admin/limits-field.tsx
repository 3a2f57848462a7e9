// How much a key may ask: three numbers, each none where its field is empty.
import { type Limits, limitsSchema } from '../../../core/artifact/grant.ts';
import { t } from '../../i18n/admin.ts';
import { TextField } from '../../parts/field.tsx';

/** As they are written. */
export type LimitsDraft = Readonly<Record<keyof Limits, string>>;

export const noLimits: LimitsDraft = { perMinute: '', atOnce: '', perDay: '' };

const labels = { perMinute: 'perMinute', atOnce: 'atOnce', perDay: 'perDay' } as const;
const kinds = Object.keys(labels) as readonly (keyof Limits)[];

/** Null where there are none; undefined where one is no number that a limit can be. */
export function limitsOf(draft: LimitsDraft): Limits | null | undefined {
  const numbers = kinds.map(kind => [kind, numberOf(draft[kind])] as const);
  if (numbers.every(([, number]) => number === null)) return null;
  return limitsSchema.safeParse(Object.fromEntries(numbers)).data;
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text.trim());
}

function isWrong(kind: keyof Limits, text: string): boolean {
  return !limitsSchema.shape[kind].safeParse(numberOf(text)).success;
}

/** Empty where there are none. */
export function limitsInWords(limits: Limits | null): string[] {
  return kinds.flatMap(kind => {
    const n = limits?.[kind] ?? null;
    return n === null ? [] : [t(`${kind}Is`, { n })];
  });
}

export function LimitsField(props: {
  readonly draft: LimitsDraft;
  readonly onDraft: (draft: LimitsDraft) => void;
}) {
  const { draft, onDraft } = props;
  return (
    <div class="admin-pair">
      {kinds.map(kind => (
        <TextField
          key={kind}
          label={t(labels[kind])}
          inputMode="numeric"
          hint={t('noLimit')}
          error={isWrong(kind, draft[kind]) ? t('limitWrong') : null}
          value={draft[kind]}
          onInput={text => onDraft({ ...draft, [kind]: text })}
        />
      ))}
    </div>
  );
}
