// The versions of a model, newest first, with where each comes from: two of one parent are seen to be siblings.
import type { Installed } from '../../../device/schema.ts';
import { accuracyText } from '../../i18n/measures.ts';
import { formatBytes, formatDate } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/library.ts';
import { t as store } from '../../i18n/store.ts';
import { Button } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { SavePage } from '../../parts/save-page.tsx';
import { downloadOf, get } from '../../state/downloads.ts';
import { activeByModel, pin, remove, switchTo } from '../../state/installed.ts';
import { manifestOf } from '../../state/judge.ts';
import type { ShelfModel, ShelfVersion } from '../../state/shelf.ts';
import { usage } from '../../state/storage.ts';
import { HereChip } from './here-chip.tsx';
import { ownAndShared } from './own-and-shared.ts';

export function Versions({ shelf }: { readonly shelf: ShelfModel }) {
  // Where a candidate runs in its place, a version does not.
  const running = shelf.active?.candidate === null ? shelf.active.version : null;
  return (
    <ol role="list" class="versions">
      {shelf.versions.map(version => (
        <li key={version.version} class={version.siblings.length > 0 ? 'version forked' : 'version'}>
          <div class="row">
            <strong>{t('version', { version: String(version.version) })}</strong>
            <Chips version={version} inUse={version.version === running} />
          </div>
          <p class="soft small numbers">
            {[
              accuracyText(version.evaluations) ?? common('notMeasured'),
              formatBytes(version.bytes),
              formatDate(version.createdAt),
            ].join(' · ')}
          </p>
          <p class="lineage small">
            <Icon name="fork" small />
            <span>{lineageOf(version)}</span>
          </p>
          <Actions model={shelf.model} version={version} inUse={version.version === running} />
        </li>
      ))}
    </ol>
  );
}

function lineageOf(version: ShelfVersion): string {
  return version.alone ? `${ancestryOf(version)} · ${t('alone')}` : ancestryOf(version);
}

function ancestryOf({ parent, siblings }: ShelfVersion): string {
  if (parent === null) return t('first');
  if (siblings.length === 0) return t('from', { parent: String(parent) });
  return t('siblings', { n: siblings.length, parent: String(parent), siblings: siblings.join(', ') });
}

function Chips({ version, inUse }: { readonly version: ShelfVersion; readonly inUse: boolean }) {
  return (
    <>
      {version.aliases.map(alias => (
        <Chip key={alias} tone="accent">
          {alias}
        </Chip>
      ))}
      {inUse ? (
        <Chip tone="good" icon="check">
          {t('inUse')}
        </Chip>
      ) : version.installed ? (
        <HereChip />
      ) : null}
      {version.installed?.pinned ? <Chip icon="flag">{store('pinned')}</Chip> : null}
    </>
  );
}

interface ActionProps {
  readonly model: string;
  readonly version: ShelfVersion;
  readonly inUse: boolean;
}

function Actions({ model, version, inUse }: ActionProps) {
  const number = version.version;
  if (!version.installed) {
    if (downloadOf(model, number)) return null;
    return (
      <div>
        <Button icon="download" onClick={() => void get(model, number)}>
          {t('getVersion', { version: String(number) })}
        </Button>
      </div>
    );
  }
  return (
    <div class="row">
      {inUse ? null : (
        <Button icon="use" onClick={() => void switchTo(model, number)}>
          {t('useVersion', { version: String(number) })}
        </Button>
      )}
      <More model={model} version={version} installed={version.installed} />
    </div>
  );
}

/** What is seldom wanted, out of the way. */
function More(props: Omit<ActionProps, 'inUse'> & { readonly installed: Installed }) {
  const { model, version, installed } = props;
  const { pinned } = installed;
  const number = version.version;
  const room = usage.value?.versions.find(each => each.model === model && each.version === number);
  return (
    <details class="more">
      <summary class="button quiet icon-only" aria-label={store('more', { version: String(number) })}>
        <Icon name="more" />
      </summary>
      <div class="stack-close">
        {room ? <p class="soft small numbers">{ownAndShared(room)}</p> : null}
        <div class="row">
          <Button icon="flag" onClick={() => void pin(model, number, !pinned)}>
            {pinned ? store('unpin') : store('pin')}
          </Button>
          <PageOf row={installed} />
          <Button kind="quiet" icon="remove" onClick={() => void confirmRemoval(model, version)}>
            {t('remove', { version: String(number) })}
          </Button>
        </div>
      </div>
    </details>
  );
}

/** Of the variant that runs; of a version that does not, of what is here of it. */
function PageOf({ row }: { readonly row: Installed }) {
  const { model, version, variants } = row;
  const active = activeByModel.value.get(model);
  const variant = active?.version === version ? active.variant : variants[0];
  if (variant === undefined) return null;
  const { interface: face } = manifestOf(row);
  return <SavePage model={model} of={{ model, version, variant }} interface={face} />;
}

async function confirmRemoval(model: string, { version, listed }: ShelfVersion): Promise<void> {
  const yes = await askConfirm({
    title: t('removeTitle', { model, version: String(version) }),
    body: listed ? t('removeText') : t('removeUnlisted'),
    action: common('remove'),
    kind: 'danger',
  });
  if (yes) await remove(model, version);
}
