// One model: what is in use, what is offered, one main thing to do; its versions folded below.
import { accuracyText } from '../../i18n/measures.ts';
import { formatBytes } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/library.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { DownloadState } from '../../parts/download-state.tsx';
import { href } from '../../router.ts';
import { candidates } from '../../state/candidates.ts';
import { downloadOf, get } from '../../state/downloads.ts';
import { goBackTo } from '../../state/installed.ts';
import { readJudged } from '../../state/judge.ts';
import { type ShelfModel, type ShelfVersion, updateReady } from '../../state/shelf.ts';
import { takeUpdate } from '../../state/updates.ts';
import { Unnumbered } from '../use/unnumbered.tsx';
import { HereChip } from './here-chip.tsx';
import { ModelUpdates } from './model-updates.tsx';
import { Versions } from './versions.tsx';

export function ModelCard({ shelf }: { readonly shelf: ShelfModel }) {
  const { model, versions, offered, active } = shelf;
  const shown = versions.find(version => version.version === active?.version) ?? offered;
  const running = versions.map(version => downloadOf(model, version.version)).find(found => found !== null);
  return (
    <Card title={model} actions={<State shelf={shelf} />}>
      <div class="stack">
        {active?.version === null ? (
          <FactsOfNew candidate={active.candidate} />
        ) : shown ? (
          <Facts version={shown} />
        ) : null}
        {running ? <DownloadState download={running} /> : <MainAction shelf={shelf} />}
        {active ? <Unnumbered active={active} /> : null}
        {active && active.version !== null ? <ModelUpdates model={model} /> : null}
        {versions.length > 0 ? (
          <details class="fold">
            <summary>{t('versions', { n: versions.length })}</summary>
            <Versions shelf={shelf} />
          </details>
        ) : null}
      </div>
    </Card>
  );
}

function State({ shelf }: { readonly shelf: ShelfModel }) {
  const here = shelf.active?.version === null || shelf.versions.some(version => version.installed);
  return (
    <span class="row">
      {here ? <HereChip /> : <Chip icon="download">{t('notHere')}</Chip>}
      {updateReady(shelf) === null ? null : (
        <Chip tone="info" icon="refresh">
          {t('updateReady')}
        </Chip>
      )}
    </span>
  );
}

function Facts({ version }: { readonly version: ShelfVersion }) {
  return (
    <div class="stack-close">
      {version.note ? <p>{version.note}</p> : null}
      <p class="soft numbers">
        {[
          t('version', { version: String(version.version) }),
          accuracyText(version.evaluations) ?? common('notMeasured'),
          formatBytes(version.bytes),
        ].join(' · ')}
      </p>
    </div>
  );
}

/** Of one that no registry has given a number: by its own candidate. */
function FactsOfNew({ candidate: digest }: { readonly candidate: string }) {
  const row = candidates.value.find(each => each.digest === digest);
  if (!row) return null;
  const { note, evaluations, authority } = readJudged(row).candidate;
  return (
    <div class="stack-close">
      {note ? <p>{note}</p> : null}
      <p class="soft numbers">
        {[
          t('newModel'),
          accuracyText(evaluations) ?? common('notMeasured'),
          formatBytes(authority.file.bytes),
        ].join(' · ')}
      </p>
    </div>
  );
}

/** The one thing most likely wanted: get it, update it, or use it. */
function MainAction({ shelf }: { readonly shelf: ShelfModel }) {
  const { model, offered, active } = shelf;
  if (!active) {
    if (!offered) return null;
    return (
      <div>
        <Button kind="primary" icon="download" onClick={() => void get(model, offered.version)}>
          {t('get')}
        </Button>
      </div>
    );
  }
  const newer = updateReady(shelf);
  const back = active.previous;
  const canGoBack =
    back !== null && shelf.versions.some(version => version.version === back && version.installed);
  return (
    <div class="row">
      <LinkButton kind={newer === null ? 'primary' : 'plain'} icon="use" href={href('use', model)}>
        {t('use')}
      </LinkButton>
      {newer === null ? null : (
        <Button kind="primary" icon="download" onClick={() => void takeUpdate(model, newer)}>
          {t('update', { version: String(newer) })}
        </Button>
      )}
      {canGoBack ? (
        <Button kind="quiet" icon="undo" onClick={() => void goBackTo(model)}>
          {t('goBack', { version: String(back) })}
        </Button>
      ) : null}
    </div>
  );
}
