// A candidate that runs before the registry has given it a number: let it, and lead back.
import type { Candidate } from '../../../core/artifact/documents.ts';
import { t } from '../../i18n/judge.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { href } from '../../router.ts';
import { activeByModel } from '../../state/installed.ts';
import { backToVersion, useNow } from '../../state/peers.ts';

export function UseNow({ digest, candidate }: { readonly digest: string; readonly candidate: Candidate }) {
  const { model, parent } = candidate;
  const runs = activeByModel.value.get(model)?.candidate === digest;
  if (!parent) return runs ? <Runs model={model} /> : <RunNew digest={digest} />;
  const version = String(parent.version);
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

function RunNew({ digest }: { readonly digest: string }) {
  return (
    <div class="judge-choice">
      <Button icon="play" onClick={() => void useNow(digest)}>
        {t('useNow')}
      </Button>
      <span class="small soft" role="status">
        {t('useNewHint')}
      </span>
    </div>
  );
}

function Runs({ model }: { readonly model: string }) {
  return (
    <div class="judge-choice">
      <LinkButton icon="use" href={href('use', model)}>
        {t('toUse')}
      </LinkButton>
      <span class="small soft" role="status">
        {t('newRunsHere')}
      </span>
    </div>
  );
}
