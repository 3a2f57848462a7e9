// The metrics as a page, twice, as the errors are: Markdown for the repository, HTML at /docs/metrics.
import { metricList } from '../telemetry/metric-list.ts';
import type { SeriesSpec } from '../telemetry/series.ts';
import { marked, page } from './page.ts';

const title = 'Metrics';
const intro =
  'What `GET /metrics` says, for Prometheus (text format 0.0.4). Names, types and labels stay as they are; new ones are added. Beside these come the process’ own (`process_…`, `nodejs_…`). A model has a label once it was loaded or has answered: what a caller makes up is `(unknown)`. Histograms have `_bucket`, `_sum` and `_count`.';

const list: readonly SeriesSpec[] = Object.values<SeriesSpec>(metricList).sort((a, b) =>
  a.name.localeCompare(b.name),
);

/** What `docs/metrics.md` holds; `npm run docs:metrics` writes it. */
export function metricsMarkdown(): string {
  const rows = list.map(
    ({ name, type, labels, help }) =>
      `| \`${name}\` | ${type} | ${labels.map(label => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return `# ${title}\n\n${intro}\n\nMade from \`server/telemetry/metric-list.ts\` by \`npm run docs:metrics\`.\n\n| name | type | labels | counts |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

export function metricsHtml(): string {
  const rows = list.map(
    ({ name, type, labels, help }) =>
      `<article id="${name}"><h3><a href="#${name}">${name}</a> <small>${type}</small></h3>
<p>${marked(help)}.${labels.length > 0 ? ` By ${labels.map(label => `<code>${label}</code>`).join(', ')}.` : ''}</p></article>`,
  );
  return page(title, `<h1>${title}</h1>\n<p>${marked(intro)}</p>\n${rows.join('\n')}`);
}
