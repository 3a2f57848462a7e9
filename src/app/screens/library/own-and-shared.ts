// What a version takes, in words: what would go with it, and what others need too.
import type { VersionUsage } from '../../../device/usage.ts';
import { formatBytes } from '../../i18n/format.ts';
import { t } from '../../i18n/store.ts';

export function ownAndShared({ ownBytes, sharedBytes }: VersionUsage): string {
  const own = formatBytes(ownBytes);
  return sharedBytes > 0 ? t('own', { own, shared: formatBytes(sharedBytes) }) : t('onlyOwn', { own });
}
