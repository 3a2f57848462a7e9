// What takes how much room: by model, and within it by version, its own and what it shares; and photos.
import { formatBytes } from '../../i18n/format.ts';
import { t } from '../../i18n/store.ts';
import { usage } from '../../state/storage.ts';
import { ownAndShared } from './own-and-shared.ts';

export function Room() {
  const taken = usage.value;
  const { projects, recordBytes } = taken?.shown ?? { projects: [], recordBytes: 0 };
  if (!taken || taken.models.size + projects.length + recordBytes === 0) return null;
  return (
    <details class="fold">
      <summary>{t('whatTakes')}</summary>
      <ul role="list" class="stack-close">
        {[...taken.models].map(([model, bytes]) => (
          <li key={model}>
            <span>{t('ofModel', { model, bytes: formatBytes(bytes) })}</span>
            <ul role="list" class="room-versions soft small numbers">
              {taken.versions
                .filter(each => each.model === model)
                .sort((a, b) => b.version - a.version)
                .map(each => (
                  <li key={each.version}>
                    {t('ofVersion', { version: String(each.version), share: ownAndShared(each) })}
                  </li>
                ))}
            </ul>
          </li>
        ))}
        {taken.workBytes > 0 ? <li>{t('ofWork', { bytes: formatBytes(taken.workBytes) })}</li> : null}
        {projects.map(({ id, model, examples, bytes }) => (
          <li key={id}>{t('ofPhotos', { n: examples, model, bytes: formatBytes(bytes) })}</li>
        ))}
        {recordBytes > 0 ? <li>{t('ofRecords', { bytes: formatBytes(recordBytes) })}</li> : null}
      </ul>
    </details>
  );
}
