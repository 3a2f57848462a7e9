// What computes a run: the fastest here, or what gives the same bits every time.
import { signal } from '@preact/signals';
import type { Compute } from '../../../device/schema.ts';
import { t } from '../../i18n/teach.ts';
import { Select } from '../../parts/select.tsx';

/** Of the engine ONNX; outside the screen, as all settings. */
export const compute = signal<Compute>('auto');

const words = {
  auto: { label: 'computeAuto', hint: 'computeAutoHint' },
  wasm: { label: 'computeWasm', hint: 'computeWasmHint' },
  webgpu: { label: 'computeWebgpu', hint: 'computeWebgpuHint' },
} as const;
const offered: readonly Compute[] = ['auto', 'wasm', ...('gpu' in navigator ? (['webgpu'] as const) : [])];

export function ComputeChoice() {
  return (
    <Select
      label={t('compute')}
      hint={t(words[compute.value].hint)}
      value={compute.value}
      options={offered.map(value => ({ value, label: t(words[value].label) }))}
      onChange={value => {
        compute.value = value;
      }}
    />
  );
}
