// One's own samples of a model: counts, thumbnails, labels that can be changed, and removal; each can be undone.
import { useState } from 'preact/hooks';
import type { Manifest } from '../../../core/artifact/documents.ts';
import { toFailure } from '../../../core/errors.ts';
import { addSample, type Placing, removeSample, restoreSample } from '../../../device/samples.ts';
import type { Sample } from '../../../device/schema.ts';
import { t as common } from '../../i18n/common.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Cells } from '../../parts/cells.tsx';
import { Chip } from '../../parts/chip.tsx';
import { toast } from '../../parts/toast.tsx';
import { errorToast } from '../../state/error-toast.ts';
import { cellsAcross } from '../../state/inputs.ts';
import { cameWithData, placingOf } from '../../state/samples.ts';
import { need } from '../../state/services.ts';

const shownAtFirst = 24;
const parts = { train: 'partTrain', validation: 'partValidation', test: 'partTest' } as const;
/** A row of features longer than this is cut where it is shown. */
const shownFeatures = 8;

export interface SamplesProps {
  readonly manifest: Manifest;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

export function Samples({ manifest, samples }: SamplesProps) {
  const [shown, setShown] = useState(shownAtFirst);
  const newest = samples.toReversed();
  const toJudge = samples.filter(sample => sample.part === 'test').length;
  const labels = manifest.labels ?? [];
  const partsWhy = cameWithData(manifest) ? t('partsWhy') : t('partsWhyAlone');
  if (samples.length === 0) {
    return (
      <Card title={t('samples')}>
        <p class="soft">{t('samplesNone')}</p>
      </Card>
    );
  }
  return (
    <Card title={t('samples')} actions={<Chip>{t('samplesCount', { n: samples.length })}</Chip>}>
      <div class="stack">
        <ul role="list" class="row" aria-label={t('classCounts')}>
          {labels.map(label => (
            <li key={label}>
              <Chip>{t('classCount', { label, n: samples.filter(one => one.label === label).length })}</Chip>
            </li>
          ))}
        </ul>
        <div class="small">
          <p>{t('partsSummary', { train: samples.length - toJudge, test: toJudge })}</p>
          <p class="soft">{toJudge === samples.length ? t('onlyTest') : partsWhy}</p>
        </div>
        <ul role="list" class="samples">
          {newest.slice(0, shown).map(sample => (
            <SampleRow key={sample.id} sample={sample} manifest={manifest} />
          ))}
        </ul>
        {newest.length > shown ? (
          <div>
            <Button onClick={() => setShown(newest.length)}>
              {t('moreSamples', { n: newest.length - shown })}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  );
}

function SampleRow({ sample, manifest }: { readonly sample: Sample; readonly manifest: Manifest }) {
  const labels = manifest.labels ?? [];
  return (
    <li class="sample">
      <Thumbnail sample={sample} manifest={manifest} />
      <select
        class="select"
        aria-label={t('relabel')}
        value={sample.label}
        onChange={event => void relabel(sample, event.currentTarget.value, placingOf(manifest))}
      >
        {labels.map(label => (
          <option key={label} value={label} selected={label === sample.label}>
            {label}
          </option>
        ))}
      </select>
      <Button kind="quiet" icon="remove" label={t('remove')} onClick={() => void remove(sample)} />
      <span class="sample-note small soft">
        {t(parts[sample.part])}
        {sample.answered !== null && sample.answered !== sample.label
          ? ` · ${t('answeredWas', { label: sample.answered })}`
          : ''}
      </span>
    </li>
  );
}

function Thumbnail({ sample, manifest }: { readonly sample: Sample; readonly manifest: Manifest }) {
  const [input] = manifest.interface.inputs;
  const size = input ? cellsAcross(input) : null;
  const name = t('sampleName', { label: sample.label });
  if (input?.meaning?.kind === 'image' && size !== null && sample.features.length === size * size) {
    const [paper, ink] = input.meaning.range;
    return (
      <Cells
        values={sample.features.map(value => value - paper)}
        size={size}
        max={ink - paper}
        label={name}
      />
    );
  }
  const numbers = sample.features.slice(0, shownFeatures).map(value => formatNumber(value));
  const cut = sample.features.length > shownFeatures ? ' …' : '';
  return <span class="sample-numbers numbers">{numbers.join(' · ') + cut}</span>;
}

async function remove(sample: Sample): Promise<void> {
  await attempt(async () => {
    await removeSample(need().db, sample.id);
    toast(t('removed', { label: sample.label }), { label: common('undo'), run: () => void putBack(sample) });
  });
}

async function putBack(sample: Sample): Promise<void> {
  await attempt(async () => {
    await restoreSample(need().db, sample);
  });
}

/** A sample's identity covers its label: the new one is kept before the old one goes. */
async function relabel(sample: Sample, label: string, placing: Placing): Promise<void> {
  if (label === sample.label) return;
  await attempt(async () => {
    const { db } = need();
    const kept = await addSample(db, { ...sample, label }, placing);
    await removeSample(db, sample.id);
    const undo = (): void => void relabel(kept, sample.label, placing);
    toast(t('relabelled', { label }), { label: common('undo'), run: undo });
  });
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    errorToast(toFailure(thrown, 'StorageFailed'));
  }
}
