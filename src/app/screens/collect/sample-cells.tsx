// A sample to be recognised at a glance: as a picture where it is one, else its first numbers.
import type { ModelInterface } from '../../../core/artifact/interface.ts';
import { formatNumber } from '../../i18n/format.ts';
import { Cells } from '../../parts/cells.tsx';
import { cellsAcross } from '../../state/inputs.ts';
import { inkRange } from '../../state/drawn.ts';

const numbersShown = 6;

export function SampleCells(props: {
  readonly face: ModelInterface;
  readonly features: readonly number[];
  readonly label: string;
}) {
  const { features, label } = props;
  const [input] = props.face.inputs;
  const size = input ? cellsAcross(input) : null;
  if (input && size !== null) {
    return <Cells values={features} size={size} max={inkRange(input)[1]} label={label} />;
  }
  const more = features.length > numbersShown ? ' …' : '';
  return (
    <span class="small">
      {features
        .slice(0, numbersShown)
        .map(value => formatNumber(value))
        .join(' · ') + more}
    </span>
  );
}
