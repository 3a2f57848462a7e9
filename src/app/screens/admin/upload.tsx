// A file on its way to the registry: dropped, looked at, tried, named, sent; a wrong one is refused with its reason.
import { t } from '../../i18n/admin.ts';
import { formatBytes } from '../../i18n/format.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Note } from '../../parts/note.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import { Progress } from '../../parts/progress.tsx';
import { aliasesOf } from '../../state/admin.ts';
import type { UploadState } from '../../state/admin-upload.ts';
import type { GivenFile } from '../../state/given-files.ts';
import { FileFacts } from './file-facts.tsx';
import { ForeignNote } from './foreign-note.tsx';
import { ImportedNote } from './imported-note.tsx';
import { to } from './section.ts';
import { admin, upload } from './session.ts';
import { TryFile } from './try-file.tsx';
import { UploadForm } from './upload-form.tsx';

export function Upload() {
  return (
    <div class="stack">
      <div>
        <LinkButton kind="quiet" icon="back" href={to.models()}>
          {t('allModels')}
        </LinkButton>
      </div>
      <Phase />
    </div>
  );
}

function Phase() {
  const state = upload.state.value;
  switch (state.phase) {
    case 'empty':
      return <Drop />;
    case 'inspecting':
      return <Progress label={t('inspecting', { name: state.name })} value={null} />;
    case 'refused':
      return (
        <div class="stack">
          <h2>{t('refused', { name: state.name })}</h2>
          <ErrorNote failure={state.failure} />
          <Drop again />
        </div>
      );
    case 'foreign':
      return (
        <div class="stack">
          <h2>{t('refused', { name: state.name })}</h2>
          <ForeignNote format={state.format} path={state.path} />
          <Drop again />
        </div>
      );
    case 'done':
      return (
        <Note tone="good">
          <strong>{t('done', { model: state.model, version: String(state.version) })}</strong>
          <span>
            {t('doneBytes', { bytes: formatBytes(state.sentBytes) })}{' '}
            {isProduction(state.model, state.version) ? t('doneProduction') : t('doneNext')}
          </span>
          <div class="row">
            <LinkButton kind="primary" href={to.model(state.model, 'versions', state.version)}>
              {t('toVersions')}
            </LinkButton>
            <Button onClick={upload.clear}>{t('another')}</Button>
          </div>
        </Note>
      );
    case 'ready':
    case 'cutting':
    case 'sending':
    case 'committing':
      return (
        <div class="stack">
          {state.inspected.imported ? <ImportedNote imported={state.inspected.imported} /> : null}
          <FileFacts inspected={state.inspected} />
          <TryFile key={state.inspected.name} inspected={state.inspected} />
          {state.phase === 'ready' ? (
            <UploadForm inspected={state.inspected} problem={state.failure} />
          ) : (
            <Sending state={state} />
          )}
        </div>
      );
  }
}

/** A model's first version is in production at once. */
function isProduction(model: string, version: number): boolean {
  const summary = admin.models.value.find(one => one.model === model);
  return aliasesOf(summary?.aliases ?? []).some(
    alias => alias.alias === 'production' && alias.version === version,
  );
}

function Drop({ again = false }: { readonly again?: boolean }) {
  const take = (files: readonly GivenFile[]) => void upload.choose(files);
  return (
    <DropTarget class="drop" onFiles={take}>
      <Icon name="file" />
      <p class="drop-title">{t('drop')}</p>
      <p class="soft">{t('dropKinds')}</p>
      <div class="row">
        <ChooseFiles onFiles={take}>
          <Icon name="upload" />
          {again ? t('another') : t('chooseFile')}
        </ChooseFiles>
        {canChooseFolders ? (
          <ChooseFiles folder onFiles={take}>
            {t('chooseFolder')}
          </ChooseFiles>
        ) : null}
      </div>
      <p class="soft">{t('dropHint')}</p>
    </DropTarget>
  );
}

/** Phones have no folders to choose. */
const canChooseFolders =
  'webkitdirectory' in HTMLInputElement.prototype && !matchMedia('(pointer: coarse)').matches;

function Sending({
  state,
}: {
  readonly state: Extract<UploadState, { readonly phase: 'cutting' | 'sending' | 'committing' }>;
}) {
  return (
    <Card title={t('upload')}>
      <div class="stack">
        {state.phase === 'sending' ? (
          <Progress
            label={t('sending')}
            value={state.progress.sentBytes}
            max={state.progress.totalBytes}
            detail={
              t('sentOf', {
                sent: formatBytes(state.progress.sentBytes),
                total: formatBytes(state.progress.totalBytes),
              }) +
              (state.progress.reusedBytes > 0
                ? ` · ${t('reused', { bytes: formatBytes(state.progress.reusedBytes) })}`
                : '')
            }
          />
        ) : (
          <Progress label={state.phase === 'cutting' ? t('cutting') : t('committing')} value={null} />
        )}
        <div>
          <Button kind="danger" icon="stop" onClick={upload.cancel}>
            {t('cancel')}
          </Button>
        </div>
      </div>
    </Card>
  );
}
