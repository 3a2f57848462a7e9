// Labels one sample after the other: give it, tap what it is, and the pad is clear for the next.
import { useState } from 'preact/hooks';
import type { Manifest } from '../../../core/artifact/documents.ts';
import { t } from '../../i18n/teach.ts';
import { Card } from '../../parts/card.tsx';
import { LabelChoice } from '../../parts/label-choice.tsx';
import { SampleInput, sampleSource } from '../../parts/sample-input.tsx';
import { toast } from '../../parts/toast.tsx';
import { label as keep } from '../../state/samples.ts';

export function LabelMore({ manifest }: { readonly manifest: Manifest }) {
  const [numbers, setNumbers] = useState<readonly number[] | null>(null);
  const [turn, setTurn] = useState(0);
  const source = sampleSource(manifest.interface);
  const labels = manifest.labels ?? [];
  if (source === null) return null;
  const drawing = source === 'drawing';
  const choose = async (label: string): Promise<void> => {
    if (!numbers) {
      toast(drawing ? t('drawFirst') : t('fillFirst'));
      return;
    }
    const kept = await keep({ manifest, features: numbers, label, source, answered: null });
    // What was typed stays: the next one often differs in one number only.
    if (kept && drawing) {
      setNumbers(null);
      setTurn(turn + 1);
    }
  };
  return (
    <Card title={t('label')}>
      <div class="stack">
        <p class="soft">{drawing ? t('labelDrawing') : t('labelForm')}</p>
        <SampleInput
          key={turn}
          interface={manifest.interface}
          label={drawing ? t('labelDrawing') : t('labelForm')}
          onNumbers={setNumbers}
        />
        <LabelChoice labels={labels} name={t('whatIsIt')} titled onChoose={label => void choose(label)} />
      </div>
    </Card>
  );
}
