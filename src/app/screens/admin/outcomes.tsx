// How devices fared with a version: how many took it, how many went back, and what those said.
import type { ReportList } from '../../../core/artifact/inbox-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Chip } from '../../parts/chip.tsx';
import { Answer, useAsked } from './asked.tsx';
import { Who } from './who.tsx';

/** Of those that went back; the newest say most. */
const shownProblems = 5;

export function Outcomes({ model, version }: { readonly model: string; readonly version: number }) {
  const reports = useAsked(`${model}@${version}`, (api, signal) => api.reports({ model, version }, signal));
  return <Answer of={reports}>{list => <Fared list={list} version={version} />}</Answer>;
}

function Fared({ list, version }: { readonly list: ReportList; readonly version: number }) {
  const { swapped, rolledBack } = list.outcomes ?? { swapped: 0, rolledBack: 0 };
  const failed = list.reports.filter(({ report }) => report.update?.outcome === 'rolled-back');
  return (
    <section class="stack-close" aria-label={t('outcomes')}>
      <h3>{t('outcomes')}</h3>
      {swapped + rolledBack === 0 ? (
        <p class="soft">{t('outcomesNone', { version: String(version) })}</p>
      ) : (
        <p class="row">
          <Chip tone="good" icon="check">
            {t('swapped', { n: swapped })}
          </Chip>
          <Chip tone={rolledBack > 0 ? 'bad' : 'plain'} icon="undo">
            {t('rolledBack', { n: rolledBack })}
          </Chip>
        </p>
      )}
      {failed.length > 0 ? (
        <ul role="list" class="admin-list">
          {failed.slice(0, shownProblems).map(({ digest, receivedAt, report }) => (
            <li key={digest} class="admin-version">
              <span class="small">
                <Who who={report.device} /> · <span class="soft">{formatDate(receivedAt)}</span>
              </span>
              <span class="small">{report.update?.problem ?? t('noProblemSaid')}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
