// What is in a file that was dropped: inputs, outputs, operators, size. Read from the file, not from its name.
import type { TensorSpec } from '../../../core/runtime/session.ts';
import { t } from '../../i18n/admin.ts';
import { formatBytes, formatNumber } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import type { Inspected } from '../../state/brought-model.ts';
import { upload } from './session.ts';

export function FileFacts({ inspected }: { readonly inspected: Inspected }) {
  const { name, inspection } = inspected;
  const { inputs, outputs, operators, parameters, bytes, opset, producer } = inspection;
  const another = (
    <Button kind="quiet" onClick={upload.clear}>
      {t('another')}
    </Button>
  );
  return (
    <Card title={<span class="mono">{name}</span>} actions={another}>
      <dl class="facts">
        <dt>{t('inputs')}</dt>
        <dd>
          <Tensors specs={inputs} />
        </dd>
        <dt>{t('outputs')}</dt>
        <dd>
          <Tensors specs={outputs} />
        </dd>
        <dt>{t('fileSize')}</dt>
        <dd>{formatBytes(bytes)}</dd>
        <dt>{t('parameters')}</dt>
        <dd>{formatNumber(parameters)}</dd>
        <dt>{t('opset')}</dt>
        <dd>{opset}</dd>
        <dt>{t('producer')}</dt>
        <dd>{producer || t('producerUnknown')}</dd>
        <dt>{t('operators')}</dt>
        <dd class="row">
          {Object.entries(operators).map(([operator, n]) => (
            <Chip key={operator}>{t('operatorCount', { name: operator, n })}</Chip>
          ))}
        </dd>
      </dl>
    </Card>
  );
}

function Tensors({ specs }: { readonly specs: readonly TensorSpec[] }) {
  return (
    <ul role="list" class="stack-close">
      {specs.map(({ name, datatype, shape }) => (
        <li key={name}>
          <code>{name}</code>{' '}
          <span class="soft">
            {datatype} [{shape.map(size => (size === -1 ? t('free') : size)).join(' × ')}]
          </span>
        </li>
      ))}
    </ul>
  );
}
