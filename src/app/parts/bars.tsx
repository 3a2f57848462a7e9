// Shares as bars with their numbers: the probabilities of an answer.
import { formatShare } from '../i18n/format.ts';

export interface BarRow {
  readonly label: string;
  /** 0 to 1. */
  readonly value: number;
}

export function Bars(props: {
  readonly label: string;
  readonly rows: readonly BarRow[];
  /** Index of the row that is the answer. */
  readonly best?: number | null;
}) {
  return (
    <ol role="list" class="bars" aria-label={props.label}>
      {props.rows.map((row, i) => (
        <li key={row.label} class={i === props.best ? 'best' : undefined}>
          <span>{row.label}</span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill" style={{ display: 'block', transform: `scaleX(${row.value || 0})` }} />
          </span>
          <data class="bar-value" value={row.value}>
            {formatShare(row.value)}
          </data>
        </li>
      ))}
    </ol>
  );
}
