// The settings of a training run, folded, with defaults that are good to begin with; and the consent to share samples.
import { signal } from '@preact/signals';
import type { Manifest } from '../../../core/artifact/documents.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Check, TextField } from '../../parts/field.tsx';
import { Select } from '../../parts/select.tsx';
import type { TrainRequest } from '../../../worker/protocol.ts';
import { ComputeChoice } from './compute.tsx';
import { FindRate } from './find-rate.tsx';
import {
  defaultDraft,
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

/** Outside the screen, so that what was typed is there when the reader comes back. */
export const draft = signal<RecipeDraft>(defaultDraft);
/** Off until somebody says yes, and off again with every new page. */
export const shareSamples = signal(false);

const fields = [
  { field: 'epochs', label: 'epochs' },
  { field: 'learningRate', label: 'learningRate' },
  { field: 'batchSize', label: 'batchSize' },
  { field: 'newSampleRepeats', label: 'repeats' },
  { field: 'seed', label: 'seed' },
] as const;

const engineWords = { onnx: 'engineOnnx', tfjs: 'engineTfjs' } as const;
const scopeWords = {
  head: 'scopeHead',
  all: 'scopeAll',
  biases: 'scopeBiases',
  lora: 'scopeLora',
} as const;

export interface RecipeSettingsProps {
  readonly manifest: Manifest;
  /** What a run would be asked for; null while a field is wrong. */
  readonly request: TrainRequest | null;
}

export function RecipeSettings({ manifest, request }: RecipeSettingsProps) {
  const now = draftFor(draft.value, manifest);
  const wrong = wrongFields(now);
  return (
    <details class="fold" open={wrong.length > 0 || undefined}>
      <summary>{t('settings')}</summary>
      <div class="teach-settings">
        <Select
          label={t('engine')}
          hint={engineHint(manifest)}
          value={now.engine}
          options={enginesOf(manifest).map(value => ({ value, label: t(engineWords[value]) }))}
          onChange={engine => {
            draft.value = withEngine(now, engine);
          }}
        />
        {now.engine === 'onnx' ? <ComputeChoice /> : null}
        <Select
          label={t('scope')}
          value={now.scope}
          options={scopesOf[now.engine].map(value => ({ value, label: t(scopeWords[value]) }))}
          onChange={scope => {
            draft.value = withScope(now, scope);
          }}
        />
        {now.scope === 'lora' ? <KeepDelta now={now} /> : null}
        {fields.map(({ field, label }) => (
          <TextField
            key={field}
            label={t(label)}
            inputMode="decimal"
            value={now[field]}
            hint={field === 'seed' ? t('seedHint') : undefined}
            error={wrong.includes(field) ? complaint(field) : null}
            onInput={text => {
              draft.value = { ...now, [field]: text };
            }}
          />
        ))}
      </div>
      {now.engine === 'onnx' ? (
        <FindRate
          request={request}
          onTake={learningRate => {
            draft.value = { ...now, learningRate };
          }}
        />
      ) : null}
    </details>
  );
}

function KeepDelta({ now }: { readonly now: RecipeDraft }) {
  return (
    <div>
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

export function ShareSamples() {
  return (
    <div>
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

function engineHint({ artifacts: { dataset, topology } }: Manifest): string | undefined {
  if (topology?.engine !== 'tfjs') return t('engineOnly');
  return dataset === null ? t('engineAlone') : undefined;
}

function complaint(field: NumberField): string {
  if (field === 'learningRate') return t('wantedRate', { high: highestLearningRate });
  const { low, high } = limits[field];
  return t('wantedInteger', { low: formatNumber(low), high: formatNumber(high) });
}
