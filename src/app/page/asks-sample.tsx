// A page's model is given a drawing, or numbers.
import { t } from '../i18n/page.ts';
import { SampleInput } from '../parts/sample-input.tsx';
import { toInput } from '../state/inputs.ts';
import type { AsksProps } from './page.tsx';

export function AsksSample({ face, onInput }: AsksProps) {
  const input = face.inputs[0]!;
  return (
    <SampleInput
      interface={face}
      label={t('give')}
      onNumbers={numbers => onInput(numbers && toInput(input, numbers))}
    />
  );
}
