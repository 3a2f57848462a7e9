// Old against new on each device's held-out samples: a model for all should be better for each.
import type { DeviceScore } from '../../../core/evaluate/compare.ts';
import { formatNumber, formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';
import { Card } from '../../parts/card.tsx';
import { Table } from '../../parts/table.tsx';
import { deviceName } from '../../state/peers.ts';

export function ByDevice({ scores }: { readonly scores: readonly DeviceScore[] }) {
  return (
    <Card title={t('byDevice')}>
      <Table
        caption={t('byDeviceCaption')}
        rowHeads
        columns={[
          { key: 'device', label: t('byDeviceWhose') },
          { key: 'n', label: t('byDeviceRows'), number: true },
          { key: 'old', label: t('byDeviceBefore'), number: true },
          { key: 'new', label: t('byDeviceAfter'), number: true },
        ]}
        rows={scores.map(score => [
          deviceName(score.device),
          formatNumber(score.n),
          formatShare(score.old / score.n),
          formatShare(score.new / score.n),
        ])}
      />
    </Card>
  );
}
