// Which columns of numbers are taken of a table: all, but those that say nothing of what a row is.
import { t } from '../../i18n/bring-table.ts';
import { Check } from '../../parts/field.tsx';
import type { ColumnChoice } from './given-table.ts';

export function ChooseColumns(props: {
  readonly choices: readonly ColumnChoice[];
  readonly onTaken: (name: string, isTaken: boolean) => void;
}) {
  const { choices, onTaken } = props;
  // What nobody can take is said below, and asks nothing.
  const open = choices.filter(({ isBarred }) => !isBarred);
  if (open.length === 0) return null;
  return (
    <details class="fold">
      <summary>{t('chooseColumns', { n: open.length })}</summary>
      <div role="group" aria-label={t('chooseColumns', { n: open.length })}>
        {open.map(choice => (
          <Check key={choice.name} checked={choice.isTaken} onChange={taken => onTaken(choice.name, taken)}>
            {nameWithWhy(choice)}
          </Check>
        ))}
      </div>
    </details>
  );
}

/** Of a column that is proposed not to be taken: its name, and why. */
export function nameWithWhy({ name, oddity }: ColumnChoice): string {
  if (oddity === null) return name;
  if (oddity === 'unnamed') return t('noName');
  return t('columnWhy', { name: shortened(name), why: t(oddity) });
}

/** Of a name so much is said. */
const saidOfName = 40;

function shortened(name: string): string {
  return name.length > saidOfName ? `${name.slice(0, saidOfName)}…` : name;
}
