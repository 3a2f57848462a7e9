// Settings: language and look, this device, its registry, storage, and the app itself.
import { t } from '../../i18n/settings.ts';
import type { LanguageChoice } from '../../i18n/language.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Select } from '../../parts/select.tsx';
import { showShortcuts } from '../../shell/shortcuts.tsx';
import { buildName } from '../../state/build.ts';
import { installEvent, offerInstall } from '../../state/app-updates.ts';
import { changeSettings, settings } from '../../state/settings.ts';
import { StorageMeter } from '../library/storage-meter.tsx';
import '../../styles/settings.css';
import { Answers } from './answers.tsx';
import { Invited } from './join.tsx';
import { ThisDevice } from './this-device.tsx';
import { Registry } from './registry.tsx';
import { Updates } from './updates.tsx';

export default function SettingsScreen() {
  return (
    <div class="stack settings">
      <div class="page-head">
        <h1>{t('title')}</h1>
      </div>
      <Invited />
      <Look />
      <ThisDevice />
      <Registry />
      <Updates />
      <Answers />
      <StorageMeter />
      <Card title={t('app')}>
        <div class="stack">
          <dl class="facts">
            <dt>{t('build')}</dt>
            <dd class="mono">{buildName}</dd>
          </dl>
          <div class="row">
            {installEvent.value ? (
              <Button icon="download" onClick={() => void offerInstall()}>
                {t('install')}
              </Button>
            ) : null}
            <Button icon="keyboard" onClick={showShortcuts}>
              {t('shortcuts')}
            </Button>
          </div>
        </div>
      </Card>
    </div>
  );
}

function Look() {
  const stored = settings.value;
  if (!stored) return null;
  const languages: { value: LanguageChoice; label: string }[] = [
    { value: 'system', label: t('system') },
    { value: 'en', label: 'English' },
    { value: 'zh-CN', label: '简体中文' },
  ];
  return (
    <Card title={t('look')}>
      <div class="settings-pair">
        <Select
          label={t('language')}
          value={stored.language}
          options={languages}
          onChange={language => void changeSettings({ language })}
        />
        <Select
          label={t('theme')}
          value={stored.theme}
          options={[
            { value: 'system', label: t('system') },
            { value: 'light', label: t('light') },
            { value: 'dark', label: t('dark') },
          ]}
          onChange={theme => void changeSettings({ theme })}
        />
      </div>
    </Card>
  );
}
