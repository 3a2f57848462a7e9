// Which model of the library sees, and where in it; without one, how to get one.
import { useEffect, useState } from 'preact/hooks';
import { builtInEmbedder, type EmbedderRef } from '../../../device/project-schemas.ts';
import type { EmbeddingPoint } from '../../../core/teach/embedder.ts';
import { type Failure } from '../../../core/errors.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/new-model.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { DownloadState } from '../../parts/download-state.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Select } from '../../parts/select.tsx';
import { href } from '../../router.ts';
import { offeredVersion, refresh, refreshing } from '../../state/catalogue.ts';
import { downloadOf, get } from '../../state/downloads.ts';
import { embeddersHere, embeddersToGet } from '../../state/embedders.ts';
import { embeddingPointsOf } from '../../state/projects.ts';
import type { Teaching } from '../../state/project.ts';

/** How whoever runs the server adds one. */
const addCommand = 'haversack demo add teach';

export function EmbedderChoice({ teaching }: { readonly teaching: Teaching }) {
  const { embedder } = teaching.project.value;
  if (!embedder || embedder === builtInEmbedder) return null;
  return (
    <details class="fold">
      <summary>{t('embedderMore')}</summary>
      <div class="stack">
        <p class="soft small">{t('embedderHint')}</p>
        <WhichModel teaching={teaching} embedder={embedder} />
        <WhichLayer key={`${embedder.model}@${embedder.version}`} teaching={teaching} embedder={embedder} />
      </div>
    </details>
  );
}

interface ChoiceProps {
  readonly teaching: Teaching;
  readonly embedder: EmbedderRef;
}

function WhichModel({ teaching, embedder }: ChoiceProps) {
  const value = keyOf(embedder);
  const options = embeddersHere.value.map(ref => ({
    value: keyOf(ref),
    label: `${ref.model} · v${ref.version}`,
  }));
  if (!options.some(option => option.value === value)) options.unshift({ value, label: value });
  return (
    <Select
      label={t('embedder')}
      value={value}
      options={options}
      onChange={key => {
        const ref = embeddersHere.value.find(one => keyOf(one) === key);
        if (ref) void teaching.seeBy(ref);
      }}
    />
  );
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

function keyOf({ model, version }: { readonly model: string; readonly version: number }): string {
  return `${model}@${version}`;
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
