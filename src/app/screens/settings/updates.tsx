// Settings: when this device looks for newer versions and takes them.
import { formatDate } from '../../i18n/format.ts';
import { t } from '../../i18n/updates.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { PolicyForm } from '../../parts/policy-form.tsx';
import { Select } from '../../parts/select.tsx';
import { everyModel, policyFor } from '../../../device/policies.ts';
import { refresh, refreshing } from '../../state/catalogue.ts';
import { registry } from '../../state/connection.ts';
import { policies, setPolicy } from '../../state/updates.ts';
import { modeOptions } from './update-modes.ts';

export function Updates() {
  const terms = policyFor(policies.value, everyModel);
  const contactedAt = registry.value?.contactedAt;
  return (
    <Card title={t('title')}>
      <div class="stack">
        <p class="soft">{t('intro')}</p>
        <Select
          label={t('mode')}
          value={terms.mode}
          options={modeOptions()}
          onChange={mode => void setPolicy(everyModel, { ...terms, mode })}
        />
        <PolicyForm terms={terms} withInterval onChange={next => void setPolicy(everyModel, next)} />
        <div class="row">
          <Button icon="refresh" busy={refreshing.value} onClick={refresh}>
            {t('checkNow')}
          </Button>
          <span class="soft small" role="status">
            {contactedAt ? t('lastLook', { when: formatDate(contactedAt) }) : t('neverLooked')}
          </span>
        </div>
      </div>
    </Card>
  );
}
