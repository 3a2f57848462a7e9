// A table that scrolls inside its own frame, and can be scrolled with the keyboard.
import type { ComponentChildren } from 'preact';

export interface Column {
  readonly key: string;
  readonly label: ComponentChildren;
  readonly number?: boolean;
}

export function Table(props: {
  /** What the table shows; seen, and the name of the scrolling frame. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** The first cell of a row names the row. */
  readonly rowHeads?: boolean;
}) {
  return (
    <div class="table-wrap" tabIndex={0} role="region" aria-label={props.caption}>
      <table>
        <caption>{props.caption}</caption>
        <thead>
          <tr>
            {props.columns.map(column => (
              <th key={column.key} scope="col" class={column.number ? 'number' : undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => {
                const kind = props.columns[j]?.number ? 'number' : undefined;
                return j === 0 && props.rowHeads ? (
                  <th key={j} scope="row" class={kind}>
                    {cell}
                  </th>
                ) : (
                  <td key={j} class={kind}>
                    {cell}
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
