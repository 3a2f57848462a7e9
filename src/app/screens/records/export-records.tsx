// What is shown, as a file to take away. Places go along only where somebody says so.
import { useState } from 'preact/hooks';
import type { RecordRow } from '../../../device/project-schemas.ts';
import { t } from '../../i18n/records.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Check } from '../../parts/field.tsx';
import { exportRecords, type RecordFormat } from '../../state/export-records.ts';

export function ExportRecords({ shown }: { readonly shown: readonly RecordRow[] }) {
  const [withPlaces, setWithPlaces] = useState(false);
  const [busy, setBusy] = useState<RecordFormat | null>(null);
  const save = async (format: RecordFormat): Promise<void> => {
    setBusy(format);
    await exportRecords(shown, format, withPlaces);
    setBusy(null);
  };
  return (
    <Card title={t('export')}>
      <div class="stack-close">
        <p class="soft small">{t('exportHint')}</p>
        <Check checked={withPlaces} onChange={setWithPlaces}>
          {t('withPlaces')}
        </Check>
        <div class="row">
          {(['csv', 'geojson', 'zip'] as const).map(format => (
            <Button
              key={format}
              icon="download"
              busy={busy === format}
              disabled={shown.length === 0}
              onClick={() => void save(format)}
            >
              {t(format)}
            </Button>
          ))}
        </div>
      </div>
    </Card>
  );
}
