// A model of a format that is not read here: what it is, and what makes one of it that is.
import { conversionCommands, type ForeignFormat } from '../../../core/import/foreign-formats.ts';
import { t } from '../../i18n/brought.ts';
import { t as common } from '../../i18n/common.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';

/** Formats that Teachable Machine exports besides the one that is read. */
const alsoOfTeachableMachine: readonly ForeignFormat[] = ['hdf5', 'tflite', 'saved-model'];

export function ForeignNote(props: { readonly format: ForeignFormat; readonly path: string }) {
  const { format, path } = props;
  const copy = (command: string) => {
    navigator.clipboard.writeText(command).then(
      () => toast(common('copied')),
      () => toast(common('copyRefused')),
    );
  };
  return (
    <div role="alert">
      <Note tone="bad">
        <strong>{t(`foreign-${format}`, { path })}</strong>
        <span>{t('foreignConvert')}</span>
        <ul role="list" class="stack-close">
          {conversionCommands(format, path).map(command => (
            <li key={command} class="stack-close">
              <code class="detail">{command}</code>
              <div>
                <Button kind="quiet" icon="copy" onClick={() => copy(command)}>
                  {t('copyCommand')}
                </Button>
              </div>
            </li>
          ))}
        </ul>
        {alsoOfTeachableMachine.includes(format) ? <span>{t('foreignTeachable')}</span> : null}
      </Note>
    </div>
  );
}
