// Something secret that is shown once: to be copied now.
import { t } from '../i18n/common.ts';
import { t as parts } from '../i18n/parts.ts';
import { Button } from './button.tsx';
import { Note } from './note.tsx';
import { toast } from './toast.tsx';

export function Shown(props: {
  readonly label: string;
  readonly value: string;
  /** That it is not shown again. */
  readonly warning: string;
}) {
  const { label, value, warning } = props;
  const copy = () => {
    navigator.clipboard.writeText(value).then(
      () => toast(t('copied')),
      () => toast(t('copyRefused')),
    );
  };
  return (
    <div class="stack-close">
      <output class="detail shown-once" aria-label={label}>
        {value}
      </output>
      <div>
        <Button kind="primary" icon="copy" onClick={copy}>
          {parts('copyIt')}
        </Button>
      </div>
      <Note tone="warn">{warning}</Note>
    </div>
  );
}
