// Teach: what is there to learn from, more of it, and the learning itself. What a version lacks for that is said by name.
import '../../styles/charts.css';
import '../../styles/teach.css';
import type { Manifest } from '../../../core/artifact/documents.ts';
import type { Installed } from '../../../device/schema.ts';
import { t } from '../../i18n/teach.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { NeedsModel } from '../../parts/needs-model.tsx';
import { Note } from '../../parts/note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { currentActive, currentModel } from '../../state/current.ts';
import { downloadOf, get } from '../../state/downloads.ts';
import { installedByModel } from '../../state/installed.ts';
import { manifestOf } from '../../state/judge.ts';
import { cameWithData, samples } from '../../state/samples.ts';
import { ByShowing } from './by-showing.tsx';
import { LabelMore } from './label-more.tsx';
import { lacksOf, type Lack } from './lacks.ts';
import { Run } from './run.tsx';
import { Samples } from './samples.tsx';
import { Unfinished } from './unfinished.tsx';

export default function Teach() {
  const model = currentModel.value;
  const version = currentActive.value?.version;
  const row = installedByModel.value.get(model ?? '')?.find(one => one.version === version);
  if (!row) {
    const unnumbered = model !== null && version === null;
    return (
      <NeedsModel
        icon="teach"
        heading={t('title')}
        title={unnumbered ? t('unnumbered', { model }) : t('nothing')}
      >
        {unnumbered ? t('unnumberedBody') : t('nothingBody')}
      </NeedsModel>
    );
  }
  return <TeachVersion key={`${row.model}@${row.version}`} row={row} />;
}

function TeachVersion({ row }: { readonly row: Installed }) {
  const manifest = manifestOf(row);
  const { model, version } = manifest;
  const mine = samples.value.filter(sample => sample.model === model);
  const lacks = lacksOf(manifest);
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('ofModel', { model })}</h1>
          <p class="soft">{t('baseVersion', { version: String(version) })}</p>
        </div>
        <ByShowing model={model} />
      </header>
      <div class="stack">
        <div class="teach-columns">
          <div class="stack">
            <Unfinished model={model} />
            {lacks.length > 0 ? (
              <Lacking manifest={manifest} lacks={lacks} />
            ) : row.trainable || !cameWithData(manifest) ? (
              <Run manifest={manifest} samples={mine} />
            ) : (
              <NotFetched manifest={manifest} />
            )}
            {lacks.includes('labels') ? null : <LabelMore manifest={manifest} />}
          </div>
          <Samples manifest={manifest} samples={mine} />
        </div>
      </div>
    </>
  );
}

const words = {
  labels: 'lacksLabels',
  decision: 'lacksDecision',
} as const satisfies Record<Lack, string>;

function Lacking({ manifest, lacks }: { readonly manifest: Manifest; readonly lacks: readonly Lack[] }) {
  return (
    <Note tone="warn">
      <h2>{t('cannotTitle')}</h2>
      <p>{t('cannotBecause', { version: String(manifest.version) })}</p>
      <ul>
        {lacks.map(lack => (
          <li key={lack}>{t(words[lack])}</li>
        ))}
      </ul>
      <p class="soft">{t('cannotHelp')}</p>
      {lacks.includes('labels') ? <p class="soft">{t('labelsHelp')}</p> : null}
    </Note>
  );
}

function NotFetched({ manifest }: { readonly manifest: Manifest }) {
  const { model, version } = manifest;
  const download = downloadOf(model, version);
  return (
    <Note>
      <h2>{t('notFetched')}</h2>
      <p>{t('notFetchedBody', { version: String(version) })}</p>
      {download?.state === 'running' ? (
        <Progress label={t('fetching')} value={download.receivedBytes} max={download.totalBytes} />
      ) : (
        <div class="row">
          <Button kind="primary" icon="download" onClick={() => void get(model, version)}>
            {t('fetchParts')}
          </Button>
        </div>
      )}
      {download?.problem ? <ErrorNote failure={download.problem} /> : null}
    </Note>
  );
}
