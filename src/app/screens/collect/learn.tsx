// One run from the version that all have in common, on what all of them labelled: the run of Teach, with more samples.
import type { InboxSample, Installed, Sample } from '../../../device/schema.ts';
import { t } from '../../i18n/collect.ts';
import { Note } from '../../parts/note.tsx';
import { collected } from '../../state/collect.ts';
import { manifestOf } from '../../state/judge.ts';
import { cameWithData } from '../../state/samples.ts';
import { lacksOf } from '../teach/lacks.ts';
import { Run } from '../teach/run.tsx';

export function Learn(props: {
  readonly row: Installed;
  readonly own: readonly Sample[];
  readonly others: readonly InboxSample[];
}) {
  const { row, own, others } = props;
  const manifest = manifestOf(row);
  const samples = collected(own, others);
  const isAnyAccepted = others.some(({ state }) => state === 'accepted');
  if (lacksOf(manifest).length > 0 || !isAnyAccepted) return null;
  if (cameWithData(manifest) && !row.trainable) return <Note tone="warn">{t('notTrainable')}</Note>;
  const undecided = others.filter(({ state }) => state === 'new').length;
  const devices = new Set(samples.map(({ device }) => device)).size;
  return (
    <section class="stack" aria-label={t('learn')}>
      <h2>{t('learn')}</h2>
      <p>
        {t('learnBody', { version: String(row.version), n: samples.length, devices })}{' '}
        {undecided > 0 ? t('learnUndecided', { n: undecided }) : ''}
      </p>
      <Run manifest={manifest} samples={samples} />
    </section>
  );
}
