// Accuracies with their intervals on one shared scale, so that overlap is seen. SVG by attributes; the words stand beside it.

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** "94.2% (91.3 to 96.2%, n = 360)" */
  readonly text: string;
}

const width = 300;
const rowHeight = 20;

/** From a round figure below the lowest interval to 1: most accuracies that are compared lie close together. */
export function scaleStart(rows: readonly Pick<IntervalRow, 'low'>[]): number {
  const lowest = Math.min(1, ...rows.map(row => row.low));
  return Math.max(0, Math.floor(lowest * 10 - 0.5) / 10);
}

export function IntervalPlot({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
}) {
  const start = scaleStart(rows);
  const at = (value: number): number => 8 + ((value - start) / (1 - start)) * (width - 16);
  return (
    <figure class="intervals">
      <figcaption class="chart-title">{title}</figcaption>
      <ul>
        {rows.map((row, i) => (
          <li key={row.name}>
            <span class="intervals-name">{row.name}</span>
            <svg viewBox={`0 0 ${width} ${rowHeight}`} aria-hidden="true" preserveAspectRatio="none">
              <line class="intervals-axis" x1={8} x2={width - 8} y1={rowHeight / 2} y2={rowHeight / 2} />
              <line
                class={`intervals-range mark-${i}`}
                x1={at(row.low)}
                x2={at(row.high)}
                y1={rowHeight / 2}
                y2={rowHeight / 2}
              />
              <line
                class={`intervals-value mark-${i}`}
                x1={at(row.value)}
                x2={at(row.value)}
                y1={2}
                y2={rowHeight - 2}
              />
            </svg>
            <span class="intervals-text">{row.text}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
