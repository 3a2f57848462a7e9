// Shutting a device out: asked first, for what it has stays on it.
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { t } from '../../i18n/admin.ts';
import { askConfirm } from '../../parts/dialog.tsx';
import { toast } from '../../parts/toast.tsx';
import type { useAct } from './use-act.ts';

export function useShutOut({ id, name }: DeviceInfo, act: ReturnType<typeof useAct>['act']) {
  return async (): Promise<void> => {
    const sure = await askConfirm({
      title: t('revokeTitle', { name }),
      body: t('revokeBody'),
      action: t('revoke'),
      kind: 'danger',
    });
    if (!sure) return;
    const done = await act(api => api.changeDevice(id, { status: 'revoked', role: null }));
    if (done.ok) toast(t('revoked', { name }));
  };
}
