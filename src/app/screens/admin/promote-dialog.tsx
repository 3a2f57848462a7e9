// A version that is to be promoted: where to, and for whom.
import type { Alias } from '../../../core/artifact/documents.ts';
import type { ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RolloutForm } from './rollout-form.tsx';

export function PromoteDialog(props: {
  readonly model: ModelSummary;
  readonly aliases: readonly Alias[];
  readonly version: number;
  readonly onClose: () => void;
}) {
  const { model, aliases, version, onClose } = props;
  return (
    <Dialog
      title={t('promoteTitle', { model: model.model, version: String(version) })}
      onClose={onClose}
      actions={<Button onClick={onClose}>{common('cancel')}</Button>}
    >
      <RolloutForm model={model} aliases={aliases} version={version} onDone={onClose} />
    </Dialog>
  );
}
