// A field for each number of a sample, with its unit and range; a row of numbers can be pasted into any of them.
import type { InputInterface } from '../../core/artifact/interface.ts';
import { columnNames } from '../../core/data/columns.ts';
import { formatNumber } from '../i18n/format.ts';
import { t } from '../i18n/parts.ts';
import { TextField } from './field.tsx';
import { toast } from './toast.tsx';

export interface FeaturesFormProps {
  readonly input: InputInterface;
  /** As typed, one per name. */
  readonly values: readonly string[];
  readonly onValues: (values: readonly string[]) => void;
}

/** The numbers, or null while one of them is none. A comma is taken for a decimal point. */
export function numbersFrom(values: readonly string[]): number[] | null {
  const numbers = values.map(numberFrom);
  return numbers.every(value => value !== null) ? numbers : null;
}

function numberFrom(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  const value = Number(plain);
  return plain !== '' && Number.isFinite(value) ? value : null;
}

/** Splits a pasted row. Commas separate unless there are other separators, for then they may be decimal. */
export function splitRow(text: string): string[] {
  const line = text.trim().split(/\r?\n/)[0] ?? '';
  const cells = line.split(/[\t;]|\s+/).filter(Boolean);
  return cells.length > 1 && cells.every(cell => numberFrom(cell) !== null)
    ? cells
    : line.split(/[,;\s]+/).filter(Boolean);
}

export function FeaturesForm({ input, values, onValues }: FeaturesFormProps) {
  const names = columnNames(input);
  const meaning = input.meaning?.kind === 'features' ? input.meaning : null;
  const onPaste = (event: ClipboardEvent) => {
    const cells = splitRow(event.clipboardData?.getData('text/plain') ?? '');
    if (cells.length < 2) return;
    event.preventDefault();
    const numbers = cells.slice(0, names.length);
    if (numbers.length === names.length && numbersFrom(numbers)) onValues(numbers);
    else toast(t('pasteRefused', { got: cells.length, wanted: names.length }));
  };
  return (
    <div class="features">
      {names.map((name, i) => {
        const range = meaning?.ranges?.[i];
        const unit = meaning?.units[i];
        const value = values[i] ?? '';
        const number = numberFrom(value);
        const outside = range && number !== null && (number < range[0] || number > range[1]);
        const seen = range ? t('range', { low: formatNumber(range[0]), high: formatNumber(range[1]) }) : null;
        return (
          <TextField
            key={name}
            label={readable(name, unit ?? null)}
            inputMode="decimal"
            value={value}
            onInput={text => onValues(values.with(i, text))}
            onPaste={onPaste}
            hint={outside && seen ? `${seen} · ${t('outside')}` : seen}
            error={number === null && value.trim() !== '' ? t('notANumber') : null}
          />
        );
      })}
    </div>
  );
}

/** `sepal_length_cm`, in cm → `sepal length (cm)`. */
function readable(name: string, unit: string | null): string {
  const words = name.replaceAll('_', ' ');
  if (unit === null) return words;
  const bare = words.endsWith(` ${unit}`) ? words.slice(0, -unit.length - 1) : words;
  return `${bare} (${unit})`;
}
