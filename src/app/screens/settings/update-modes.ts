// The ways of taking newer versions, as choices.
import type { UpdatePolicy } from '../../../device/schema.ts';
import { t } from '../../i18n/updates.ts';
import type { Option } from '../../parts/select.tsx';

type Mode = UpdatePolicy['mode'];

export function modeName(mode: Mode): string {
  switch (mode) {
    case 'automatic':
      return t('modeAutomatic');
    case 'ask':
      return t('modeAsk');
    case 'never':
      return t('modeNever');
  }
}

export function modeOptions(): Option<Mode>[] {
  return (['automatic', 'ask', 'never'] as const).map(mode => ({ value: mode, label: modeName(mode) }));
}
