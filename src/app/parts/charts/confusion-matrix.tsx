// A confusion matrix as a table: rows are the truth, columns the answer; numbers first, heat behind them. Words come from the caller.
import { heatStep } from './heat.ts';

export interface ConfusionMatrixProps {
  readonly caption: string;
  readonly labels: readonly string[];
  /** [truth][answer], in the order of the labels. */
  readonly counts: readonly (readonly number[])[];
  readonly truth: string;
  readonly answer: string;
  readonly format: (value: number) => string;
}

export function ConfusionMatrix({ caption, labels, counts, truth, answer, format }: ConfusionMatrixProps) {
  return (
    <div class="table-scroll" role="group" aria-label={caption} tabIndex={0}>
      <table class="confusion">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <td class="confusion-corner">
              <span>{truth} ↓</span> <span>{answer} →</span>
            </td>
            {labels.map(label => (
              <th scope="col" key={label}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {labels.map((other, column) => {
                const value = counts[row]?.[column] ?? 0;
                const kind = row === column ? 'right' : 'wrong';
                return (
                  <td key={other} class={`confusion-${kind} heat-${heatStep(value, total(counts[row]))}`}>
                    {value === 0 ? <span class="confusion-zero">0</span> : format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function total(row: readonly number[] | undefined): number {
  return row?.reduce((sum, value) => sum + value, 0) ?? 0;
}
