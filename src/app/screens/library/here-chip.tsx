// Whether a version that is stored here can answer here, without a network: its file is one half, what computes it the other.
import { t } from '../../i18n/library.ts';
import { Chip } from '../../parts/chip.tsx';
import { runtimeComing, runtimeKept } from '../../state/offline-runtime.ts';

export function HereChip() {
  if (runtimeKept.value === true) {
    return (
      <Chip tone="good" icon="device">
        {t('onDevice')}
      </Chip>
    );
  }
  const coming = runtimeComing.value;
  if (coming) {
    return (
      <Chip tone="info" icon="download">
        {t('runtimeComing', { done: coming.doneFiles, total: coming.totalFiles })}
      </Chip>
    );
  }
  // Not known yet is not said.
  if (runtimeKept.value === null) return null;
  return (
    <Chip tone="warn" icon="clock">
      {t('runtimeMissing')}
    </Chip>
  );
}
