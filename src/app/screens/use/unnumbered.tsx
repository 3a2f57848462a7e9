// Says that what answers was taught and has no number yet, with one tap back.
import type { Digest } from '../../../core/artifact/digest.ts';
import { t } from '../../i18n/use.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { backToVersion, madeBy } from '../../state/peers.ts';

export function Unnumbered(props: {
  readonly model: string;
  readonly version: number;
  readonly candidate: Digest;
}) {
  const { model, version, candidate } = props;
  return (
    <Note>
      <div class="row spread">
        <span>{t('unnumbered', { name: madeBy(candidate), version: String(version) })}</span>
        <Button kind="quiet" icon="undo" onClick={() => void backToVersion(model)}>
          {t('backToVersion', { version: String(version) })}
        </Button>
      </div>
    </Note>
  );
}
