// One record: its photo, what was answered, and one tap to say what it is.
import { useEffect, useState } from 'preact/hooks';
import { isCorrected } from '../../../device/records.ts';
import type { RecordRow } from '../../../device/project-schemas.ts';
import { formatDate, formatNumber, formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/records.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { LabelChoice } from '../../parts/label-choice.tsx';
import { Picture } from '../../parts/thumbnails.tsx';
import { labelsOf, photoOf, remove, say } from '../../state/records.ts';

export function RecordItem({ record }: { readonly record: RecordRow }) {
  const { id, truth } = record;
  return (
    <article
      class={record.photo ? 'record-item' : 'record-item plain'}
      aria-label={`${record.model} ${formatDate(record.at)}`}
    >
      {record.photo ? (
        <div class="record-photo">
          <Picture id={id} read={photoOf} alt={t('photoOf')} />
        </div>
      ) : null}
      <div class="stack-close">
        <div class="record-head">
          <strong>{truth === null ? answered(record) : t('isReally', { label: truth })}</strong>
          <Button kind="quiet" icon="remove" label={t('remove')} onClick={() => void remove(id)} />
        </div>
        {truth === null ? null : (
          <div class="row">
            {isCorrected(record) ? (
              <Chip tone="warn" icon="use">
                {t('corrected')}
              </Chip>
            ) : null}
            <span class="soft small">{answered(record)}</span>
          </div>
        )}
        <p class="soft small numbers">{facts(record)}</p>
        <details class="fold">
          <summary>{t('whatIsIt')}</summary>
          <Labels record={record} />
        </details>
      </div>
    </article>
  );
}

function answered({ answer: { label, probabilities } }: RecordRow): string {
  const best = probabilities && probabilities.length > 0 ? Math.max(...probabilities) : null;
  const said = label === null ? t('answeredNotSure') : t('answered', { label });
  return best === null ? said : `${said} · ${formatShare(best)}`;
}

function facts({ model, version, at, place }: RecordRow): string {
  const where =
    place &&
    t('place', {
      latitude: formatNumber(place.latitude, undefined, 5),
      longitude: formatNumber(place.longitude, undefined, 5),
      accuracy: Math.round(place.accuracy),
    });
  return [version === null ? model : `${model} v${version}`, formatDate(at), where]
    .filter(Boolean)
    .join(' · ');
}

/** Read when they are wanted: a list of many records asks for them once each at most. */
function Labels({ record }: { readonly record: RecordRow }) {
  const [labels, setLabels] = useState<readonly string[]>([]);
  const { model } = record;
  useEffect(() => {
    let wanted = true;
    labelsOf(model).then(
      found => wanted && setLabels(found),
      (thrown: unknown) => console.error(thrown),
    );
    return () => {
      wanted = false;
    };
  }, [model]);
  return <LabelChoice labels={labels} name={t('whatIsIt')} onChoose={label => void say(record, label)} />;
}
