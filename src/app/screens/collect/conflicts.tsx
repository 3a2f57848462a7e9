// Labels that contradict each other, to be decided by a person before anything is learned from them.
import { useMemo } from 'preact/hooks';
import type { Manifest } from '../../../core/artifact/documents.ts';
import type { InboxSample, Sample } from '../../../device/schema.ts';
import { t } from '../../i18n/collect.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { type CollectedConflict, conflictsOf, decideConflict, setState } from '../../state/collect.ts';
import { deviceName } from '../../state/peers.ts';
import { SampleCells } from './sample-cells.tsx';

const shownAtMost = 24;

export function Conflicts(props: {
  readonly manifest: Manifest;
  readonly own: readonly Sample[];
  readonly others: readonly InboxSample[];
}) {
  const { manifest, own, others } = props;
  const conflicts = useMemo(() => conflictsOf(own, others), [keyOf(own, others)]);
  if (conflicts.length === 0) return null;
  return (
    <Card title={t('conflicts', { n: conflicts.length })}>
      <div class="stack">
        <p class="soft">{t('conflictsBody')}</p>
        <ul role="list" class="stack">
          {conflicts.slice(0, shownAtMost).map(conflict => (
            <li key={conflict.samples[0]!.id} class="collect-item">
              <Conflict manifest={manifest} conflict={conflict} />
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}

/** Every two samples are compared: only when one came, went or was decided on. */
function keyOf(own: readonly Sample[], others: readonly InboxSample[]): string {
  return [...own.map(({ id }) => id), ...others.map(({ id, state }) => `${id}${state}`)].join();
}

function Conflict({
  manifest,
  conflict,
}: {
  readonly manifest: Manifest;
  readonly conflict: CollectedConflict;
}) {
  const { samples, isExact } = conflict;
  const labels = [...new Set(samples.map(({ label }) => label))];
  const isOwn = samples.some(({ device }) => device === null);
  const others = samples.filter(({ device }) => device !== null);
  return (
    <div class="stack-close">
      <Chip tone="warn" icon="warn">
        {isExact ? t('exact') : t('near')}
      </Chip>
      <ul role="list" class="row">
        {labels.map(label => {
          const those = samples.filter(sample => sample.label === label);
          const names = [...new Set(those.map(({ device }) => deviceName(device)))].join(', ');
          const said = t('says', { label, names });
          return (
            <li key={label} class="collect-sample">
              <SampleCells face={manifest.interface} features={those[0]!.features} label={said} />
              <span>{said}</span>
            </li>
          );
        })}
      </ul>
      <div class="row">
        {labels.map(label => (
          <Button key={label} onClick={() => void decideConflict(conflict, label)}>
            {t('decideFor', { label })}
          </Button>
        ))}
        {isOwn ? null : (
          <Button
            kind="quiet"
            onClick={() =>
              void setState(
                others.map(({ id }) => id),
                'rejected',
              )
            }
          >
            {t('decideNone')}
          </Button>
        )}
      </div>
    </div>
  );
}
