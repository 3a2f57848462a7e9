// Says that what answers was taught here or elsewhere and has no number yet, and leads back or on.
import type { Active } from '../../../device/schema.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { href } from '../../router.ts';
import { backToVersion, madeBy } from '../../state/peers.ts';

export function Unnumbered({ active }: { readonly active: Active }) {
  const { model, candidate } = active;
  if (candidate === null) return null;
  const name = madeBy(candidate);
  if (active.version === null) {
    return (
      <Note>
        <div class="row spread">
          <span>{t('unsent', { name })}</span>
          <LinkButton kind="quiet" icon="judge" href={href('judge', model)}>
            {common('judge')}
          </LinkButton>
        </div>
      </Note>
    );
  }
  const version = String(active.version);
  return (
    <Note>
      <div class="row spread">
        <span>{t('unnumbered', { name, version })}</span>
        <Button kind="quiet" icon="undo" onClick={() => void backToVersion(model)}>
          {t('backToVersion', { version })}
        </Button>
      </div>
    </Note>
  );
}
