// The one-time codes there are: which are open, and which device used one. The codes themselves are kept nowhere.
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { toast } from '../../parts/toast.tsx';
import { Answer, useAsked } from './asked.tsx';
import { roleNames } from './role-names.ts';
import { useAct } from './use-act.ts';
import { Who } from './who.tsx';

export function EnrolmentCodes() {
  const codes = useAsked('enrolments', (api, signal) => api.enrolments(signal));
  const { busy, problem, act } = useAct();
  const remove = async (id: string) => {
    const done = await act(api => api.deleteEnrolment(id));
    if (done.ok) toast(t('codeRemoved'));
  };
  if (codes.value?.length === 0) return null;
  return (
    <Card title={t('codes')}>
      {problem ? <ErrorNote failure={problem} /> : null}
      <Answer of={codes}>
        {all => (
          <ul role="list" class="admin-list">
            {all.map(({ id, role, groups, expiresAt, usedBy }) => (
              <li key={id} class="admin-code-row">
                <span class="row">
                  <Chip tone="accent">{t(roleNames[role])}</Chip>
                  {groups.map(group => (
                    <Chip key={group}>{group}</Chip>
                  ))}
                  <span class="small soft">
                    {usedBy ? (
                      <>
                        {t('codeUsed')} <Who who={usedBy} />
                      </>
                    ) : (
                      t('codeUntil', { when: formatDate(expiresAt) })
                    )}
                  </span>
                </span>
                <Button
                  kind="quiet"
                  icon="remove"
                  busy={busy}
                  label={t('removeCode')}
                  onClick={() => void remove(id)}
                />
              </li>
            ))}
          </ul>
        )}
      </Answer>
    </Card>
  );
}
