// The settings of a training run, folded, with defaults that are good to begin with; and the consent to share samples.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Manifest } from '../../../core/artifact/documents.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Check, TextField } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import type { TrainRequest } from '../../../worker/protocol.ts';
import { cameWithData } from '../../state/samples.ts';
import { ComputeChoice } from './compute.tsx';
import { FindRate } from './find-rate.tsx';
import {
  defaultDraft,
  type DraftEngine,
  draftFor,
  enginesOf,
  highestLearningRate,
  limits,
  type NumberField,
  type RecipeDraft,
  scopesOf,
  withEngine,
  withScope,
  wrongFields,
} from './recipe-draft.ts';
import { StayClose } from './stay-close.tsx';

/** Outside the screen, so that what was typed is there when the reader comes back. */
export const draft = signal<RecipeDraft>(defaultDraft);
/** Off until somebody says yes, and off again with every new page. */
export const shareSamples = signal(false);

const fieldWords = {
  epochs: { label: 'epochs', hint: 'epochsHint' },
  newSampleRepeats: { label: 'repeats', hint: 'repeatsHint' },
  learningRate: { label: 'learningRate', hint: 'learningRateHint' },
  batchSize: { label: 'batchSize', hint: 'batchSizeHint' },
  seed: { label: 'seed', hint: 'seedHint' },
} as const satisfies Record<NumberField, unknown>;

const engineWords = { onnx: 'engineOnnx', tfjs: 'engineTfjs' } as const;
const scopeWords = {
  head: { label: 'scopeHead', hint: 'scopeHeadHint' },
  all: { label: 'scopeAll', hint: 'scopeAllHint' },
  biases: { label: 'scopeBiases', hint: 'scopeBiasesHint' },
  lora: { label: 'scopeLora', hint: 'scopeLoraHint' },
} as const;

export interface RecipeSettingsProps {
  readonly manifest: Manifest;
  /** What a run would be asked for; null while a field is wrong. */
  readonly request: TrainRequest | null;
  /** Whether there are samples that could travel with the result. */
  readonly mayShare: boolean;
}

/** From what one may well choose to what hardly anybody needs. */
export function RecipeSettings({ manifest, request, mayShare }: RecipeSettingsProps) {
  const now = draftFor(draft.value, manifest);
  const wrong = wrongFields(now);
  const change = (changed: Partial<RecipeDraft>): void => {
    draft.value = { ...now, ...changed };
  };
  const number = (field: NumberField) => (
    <TextField
      key={field}
      label={t(fieldWords[field].label)}
      inputMode="decimal"
      value={now[field]}
      hint={t(fieldWords[field].hint)}
      error={wrong.includes(field) ? complaint(field) : null}
      onInput={text => change({ [field]: text })}
    />
  );
  return (
    <Fold isWrong={wrong.length > 0}>
      <div class="teach-settings">
        {cameWithData(manifest) ? null : <StayClose />}
        <Select
          label={t('scope')}
          hint={t(scopeWords[now.scope].hint)}
          value={now.scope}
          options={scopesOf[now.engine].map(value => ({ value, label: t(scopeWords[value].label) }))}
          onChange={scope => {
            draft.value = withScope(now, scope);
          }}
        />
        {now.scope === 'lora' ? <KeepDelta now={now} /> : null}
        {(['epochs', 'newSampleRepeats', 'batchSize', 'learningRate'] as const).map(number)}
        {now.engine === 'onnx' ? (
          <FindRate request={request} onTake={learningRate => change({ learningRate })} />
        ) : null}
        {number('seed')}
        <Select
          label={t('engine')}
          hint={engineHint(manifest, now.engine)}
          value={now.engine}
          options={enginesOf(manifest).map(value => ({ value, label: t(engineWords[value]) }))}
          onChange={engine => {
            draft.value = withEngine(now, engine);
          }}
        />
        {now.engine === 'onnx' ? <ComputeChoice /> : null}
        {mayShare ? <ShareSamples /> : null}
      </div>
    </Fold>
  );
}

/** Opens where a field is wrong; closes only by hand, so not under whoever is correcting it. */
function Fold({ isWrong, children }: { readonly isWrong: boolean; readonly children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(isWrong);
  useEffect(() => {
    if (isWrong) setOpen(true);
  }, [isWrong]);
  return (
    <details class="fold" open={isOpen} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>{t('settings')}</summary>
      {children}
    </details>
  );
}

function KeepDelta({ now }: { readonly now: RecipeDraft }) {
  return (
    <div class="teach-wide">
      <Check
        checked={now.isDelta}
        onChange={isDelta => {
          draft.value = { ...now, isDelta };
        }}
      >
        {t('keepDelta')}
      </Check>
      <p class="small soft teach-share">{t('keepDeltaHint')}</p>
    </div>
  );
}

function ShareSamples() {
  return (
    <div class="teach-wide">
      <Check
        checked={shareSamples.value}
        onChange={checked => {
          shareSamples.value = checked;
        }}
      >
        {t('share')}
      </Check>
      <p class="small soft teach-share">{t('shareHint')}</p>
    </div>
  );
}

function engineHint({ artifacts: { dataset, topology } }: Manifest, engine: DraftEngine): string {
  if (topology?.engine !== 'tfjs') return t('engineOnly');
  if (dataset === null) return t('engineAlone');
  return t(engine === 'onnx' ? 'engineOnnxHint' : 'engineTfjsHint');
}

function complaint(field: NumberField): string {
  if (field === 'learningRate') return t('wantedRate', { high: highestLearningRate });
  const { low, high } = limits[field];
  return t('wantedInteger', { low: formatNumber(low), high: formatNumber(high) });
}
