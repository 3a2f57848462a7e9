// What takes how much room: by model, and within it by version, its own and what it shares.
import { formatBytes } from '../../i18n/format.ts';
import { t } from '../../i18n/store.ts';
import { usage } from '../../state/storage.ts';
import { ownAndShared } from './own-and-shared.ts';

export function Room() {
  const taken = usage.value;
  if (!taken || taken.models.size === 0) return null;
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
      </ul>
    </details>
  );
}
