// A candidate that runs before the registry has given it a number: let it, and lead back.
import type { Candidate } from '../../../core/artifact/documents.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { activeByModel } from '../../state/installed.ts';
import { backToVersion, useNow } from '../../state/peers.ts';

export function UseNow({ digest, candidate }: { readonly digest: string; readonly candidate: Candidate }) {
  const { model, parent } = candidate;
  if (!parent) return null;
  const version = String(parent.version);
  const runs = activeByModel.value.get(model)?.candidate === digest;
  return (
    <div class="judge-choice">
      {runs ? (
        <Button icon="undo" onClick={() => void backToVersion(model)}>
          {t('stopUsing', { version })}
        </Button>
      ) : (
        <Button icon="play" onClick={() => void useNow(digest)}>
          {t('useNow')}
        </Button>
      )}
      <span class="small soft" role="status">
        {runs ? t('runsHere', { version }) : t('useNowHint', { version })}
      </span>
    </div>
  );
}
