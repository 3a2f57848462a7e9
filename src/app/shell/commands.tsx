// The command list: type a few letters, choose with the arrows, Enter runs it.
import { useState } from 'preact/hooks';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/shell.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { navigate, type Place, places } from '../router.ts';
import { installEvent, offerInstall } from '../state/app-updates.ts';
import { installedByModel, switchTo } from '../state/installed.ts';
import { registryIsFolder } from '../state/registry-kind.ts';
import { showShortcuts } from './shortcuts.tsx';

interface Command {
  readonly label: string;
  readonly icon: IconName;
  readonly run: () => void;
}

function allCommands(): Command[] {
  const go = places.filter(isHere).map(place => ({
    label: t('goTo', { place: common(place) }),
    icon: place,
    run: () => navigate(place),
  }));
  const use = [...installedByModel.value.values()].flat().map(row => ({
    label: t('switchTo', { model: row.model, version: String(row.version) }),
    icon: 'use' as const,
    run: () => {
      void switchTo(row.model, row.version);
      navigate('use', row.model);
    },
  }));
  const install: Command[] = installEvent.value
    ? [{ label: t('install'), icon: 'download', run: () => void offerInstall() }]
    : [];
  return [...go, ...use, ...install, { label: t('shortcuts'), icon: 'keyboard', run: showShortcuts }];
}

function isHere(place: Place): boolean {
  return place !== 'admin' || !registryIsFolder;
}

export function Commands({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const found = allCommands().filter(command =>
    command.label.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const chosen = Math.min(index, found.length - 1);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setIndex((chosen + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[chosen]);
    }
  };
  return (
    <Dialog title={t('commands')} onClose={onClose}>
      <div class="commands">
        <input
          class="input"
          type="text"
          role="combobox"
          autofocus
          autocomplete="off"
          spellcheck={false}
          aria-label={t('search')}
          aria-expanded="true"
          aria-controls="command-list"
          aria-activedescendant={found.length > 0 ? `command-${chosen}` : undefined}
          value={text}
          onInput={event => {
            setText(event.currentTarget.value);
            setIndex(0);
          }}
          onKeyDown={onKeyDown}
        />
        {found.length === 0 ? <p role="status">{t('noCommand')}</p> : null}
        <ul role="listbox" id="command-list" aria-label={t('commands')} class="stack-close">
          {found.map((command, i) => (
            <li
              key={command.label}
              id={`command-${i}`}
              role="option"
              aria-selected={i === chosen}
              onClick={() => run(command)}
            >
              <span>{command.label}</span>
              <Icon name={command.icon} />
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
