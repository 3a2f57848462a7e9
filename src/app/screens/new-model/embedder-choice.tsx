// What sees, or hears, or takes numbers: a model of the library, and where in it, or for sounds and numbers none; without one, how to
// get one.
import { useEffect, useState } from 'preact/hooks';
import {
  builtInEmbedder,
  type EmbedderChoice as Embedder,
  type EmbedderRef,
} from '../../../device/project-schemas.ts';
import type { VersionRef } from '../../../worker/protocol.ts';
import type { EmbeddingPoint } from '../../../core/teach/embedder.ts';
import { type Failure } from '../../../core/errors.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/new-model.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { DownloadState } from '../../parts/download-state.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Select } from '../../parts/select.tsx';
import { href } from '../../router.ts';
import { offeredVersion, refresh, refreshing } from '../../state/catalogue.ts';
import { downloadOf, get } from '../../state/downloads.ts';
import { embeddersFor, embeddersToGet } from '../../state/embedders.ts';
import { embeddingPointsOf } from '../../state/projects.ts';
import type { Teaching } from '../../state/project.ts';

/** How whoever runs the server adds one. */
const addCommand = 'haversack demo add teach';

export function EmbedderChoice({ teaching }: { readonly teaching: Teaching }) {
  const { embedder, kind } = teaching.project.value;
  const words = teachingWords(kind);
  const here = embeddersFor(teaching.project.value);
  if (!embedder || (embedder === builtInEmbedder && here.length === 0)) return null;
  return (
    <details class="fold">
      <summary>{words('embedderMore')}</summary>
      <div class="stack">
        <p class="soft small">{words('embedderHint')}</p>
        <WhichModel teaching={teaching} embedder={embedder} />
        {embedder === builtInEmbedder ? null : (
          <WhichLayer key={`${embedder.model}@${embedder.version}`} teaching={teaching} embedder={embedder} />
        )}
      </div>
    </details>
  );
}

function WhichModel(props: { readonly teaching: Teaching; readonly embedder: Embedder }) {
  const { teaching, embedder } = props;
  const { kind } = teaching.project.value;
  const value = keyOf(embedder);
  const here = embeddersFor(teaching.project.value);
  const options = here.map(ref => ({
    value: keyOf(ref),
    label: `${ref.model} · v${ref.version}`,
  }));
  if (kind !== 'photo') options.unshift({ value: builtInEmbedder, label: t('embedderBuiltIn') });
  if (!options.some(option => option.value === value)) options.unshift({ value, label: value });
  const choose = (key: string): void => {
    const ref = here.find(one => keyOf(one) === key);
    if (ref) void teaching.seeBy(ref);
    else if (key === builtInEmbedder) void teaching.chooseEmbedder(builtInEmbedder);
  };
  return <Select label={teachingWords(kind)('embedder')} value={value} options={options} onChange={choose} />;
}

interface ChoiceProps {
  readonly teaching: Teaching;
  readonly embedder: EmbedderRef;
}

function WhichLayer({ teaching, embedder }: ChoiceProps) {
  const [points, setPoints] = useState<readonly EmbeddingPoint[]>([]);
  const [problem, setProblem] = useState<Failure | null>(null);
  const { model, version } = embedder;
  useEffect(() => {
    void embeddingPointsOf({ model, version }).then(result => {
      if (result.ok) setPoints(result.value);
      else setProblem(result.error);
    });
  }, [model, version]);
  if (problem) return <ErrorNote failure={problem} />;
  if (points.length < 2) return null;
  return (
    <Select
      label={t('layer')}
      value={embedder.value}
      options={points.map(({ value, width }, i) => ({
        value,
        label: t(i === 0 ? 'layerProposed' : 'layerOf', { value, width }),
      }))}
      onChange={value => void teaching.chooseEmbedder({ model, version, value })}
    />
  );
}

function keyOf(embedder: VersionRef | typeof builtInEmbedder): string {
  return embedder === builtInEmbedder ? embedder : `${embedder.model}@${embedder.version}`;
}

/** Never a dead end: got with one tap, or what to ask of whom. */
export function NoEmbedder() {
  const offers = embeddersToGet.value;
  return (
    <section class="card stack">
      <Empty icon="library" title={t('noEmbedder')}>
        {t('noEmbedderText')}
      </Empty>
      {offers.map(summary => {
        const version = offeredVersion(summary);
        if (!version) return null;
        const download = downloadOf(summary.model, version.version);
        return (
          <div key={summary.model} class="stack-close">
            {version.note ? <p class="soft small">{version.note}</p> : null}
            {download ? (
              <DownloadState download={download} />
            ) : (
              <div>
                <Button
                  kind="primary"
                  icon="download"
                  onClick={() => void get(summary.model, version.version)}
                >
                  {t('getEmbedder', { model: summary.model })}
                </Button>
              </div>
            )}
          </div>
        );
      })}
      {offers.length === 0 ? (
        <>
          <p>{t('noEmbedderAsk')}</p>
          <p>
            <code>{addCommand}</code>
          </p>
          <div class="row">
            <Button icon="refresh" busy={refreshing.value} onClick={refresh}>
              {t('lookAgain')}
            </Button>
            <LinkButton kind="quiet" icon="library" href={href('library')}>
              {common('library')}
            </LinkButton>
          </div>
        </>
      ) : null}
    </section>
  );
}
