// The top bar: the mark, the current model and version, and whether the server can be reached.
import { t } from '../i18n/shell.ts';
import { Button } from '../parts/button.tsx';
import { Mark } from '../parts/icon.tsx';
import { toast } from '../parts/toast.tsx';
import { href } from '../router.ts';
import { online } from '../state/connection.ts';
import { chooseModel, currentModel } from '../state/current.ts';
import { activeByModel, installedByModel, switchTo } from '../state/installed.ts';
import { showCommands } from './shortcuts.tsx';

export function TopBar() {
  return (
    <header class="top">
      <a class="mark" href={href('use')} aria-label="Haversack">
        <Mark />
        <span class="mark-name">Haversack</span>
      </a>
      <div class="top-model">
        <ModelSwitch />
      </div>
      <div class="top-end">
        {online.value === false ? (
          <Button
            kind="quiet"
            icon="offline"
            label={t('offline')}
            onClick={() => toast(t('offlineExplained'))}
          />
        ) : null}
        <span class="visually-hidden" role="status">
          {online.value === false ? t('offline') : ''}
        </span>
        <Button kind="quiet" icon="search" label={t('commands')} onClick={showCommands} />
      </div>
    </header>
  );
}

/** Everything is about that model then, and runs that version of it. */
async function show(model: string, version: number): Promise<void> {
  if (activeByModel.peek().get(model)?.version !== version && !(await switchTo(model, version))) return;
  chooseModel(model);
}

/** Every installed version; choosing one uses it, everywhere. */
function ModelSwitch() {
  const model = currentModel.value;
  if (model === null) return <span class="soft small">{t('noModel')}</span>;
  const groups = [...installedByModel.value];
  const unnumbered = [...activeByModel.value.values()].filter(({ version }) => version === null);
  const active = activeByModel.value.get(model);
  return (
    <select
      class="select"
      aria-label={t('model')}
      value={active ? `${active.model}@${active.version ?? ''}` : ''}
      onChange={event => {
        const [name, version] = event.currentTarget.value.split('@');
        if (!name) return;
        if (version) void show(name, Number(version));
        else chooseModel(name);
      }}
    >
      {!active ? <option value="">{`${model} · ${t('isNew')}`}</option> : null}
      {unnumbered.map(({ model: name }) => (
        <option key={name} value={`${name}@`} selected={name === model}>
          {`${name} · ${t('isNew')}`}
        </option>
      ))}
      {groups.map(([name, rows]) => (
        <optgroup key={name} label={name}>
          {rows.map(row => {
            const inUse = activeByModel.value.get(name)?.version === row.version;
            const mark = inUse && rows.length > 1 ? ` · ${t('inUse')}` : '';
            return (
              <option
                key={row.version}
                value={`${name}@${row.version}`}
                selected={active?.model === name && active.version === row.version}
              >
                {`${name} · v${row.version}${mark}`}
              </option>
            );
          })}
        </optgroup>
      ))}
    </select>
  );
}
