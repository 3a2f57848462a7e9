// The other versions of the same parent, and what each is better at.
import type { ModelSummary, VersionSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { accuracyText } from '../../i18n/measures.ts';
import { Card } from '../../parts/card.tsx';
import { to } from './section.ts';

export function Siblings({
  model,
  version,
}: {
  readonly model: ModelSummary;
  readonly version: VersionSummary;
}) {
  const parent = version.parent?.version;
  const siblings = model.versions.filter(
    one => parent !== undefined && one.parent?.version === parent && one.version !== version.version,
  );
  if (siblings.length === 0) return null;
  return (
    <Card title={t('siblings')}>
      <ul role="list" class="admin-list">
        {siblings.map(one => (
          <li key={one.version} class="admin-version">
            <a class="tap" href={to.model(model.model, 'versions', one.version)}>
              {t('version', { version: String(one.version) })}
            </a>
            <span class="small">{accuracyText(one.evaluations) ?? t('accuracyUnknown')}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
