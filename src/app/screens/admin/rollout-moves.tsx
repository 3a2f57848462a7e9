// What can be done with an alias now: change it, hold it, let it go on, finish it, go back, remove it; each with a reason.
import { useState } from 'preact/hooks';
import { versionBefore } from '../../../core/artifact/alias-history.ts';
import { isPartial } from '../../../core/artifact/rollout.ts';
import type { Alias } from '../../../core/artifact/documents.ts';
import type { AliasRevision, ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { askReason } from '../../parts/reason.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { Refused } from './refused.tsx';
import { RolloutForm } from './rollout-form.tsx';
import { useMoves } from './use-moves.ts';

export function Moves(props: {
  readonly model: ModelSummary;
  readonly alias: Alias;
  readonly entries: readonly AliasRevision[];
}) {
  const { model, alias, entries } = props;
  const [changing, setChanging] = useState(false);
  if (changing) return <Change model={model} alias={alias} onDone={() => setChanging(false)} />;
  return (
    <Decisions
      model={model.model}
      alias={alias}
      back={versionBefore(entries, alias)}
      onChange={() => setChanging(true)}
    />
  );
}

function Change(props: { readonly model: ModelSummary; readonly alias: Alias; readonly onDone: () => void }) {
  const { model, alias, onDone } = props;
  return (
    <section class="admin-change stack">
      <div class="row spread">
        <h3>{t('changeRollout')}</h3>
        <Button kind="quiet" icon="close" label={t('leaveIt')} onClick={onDone} />
      </div>
      <RolloutForm model={model} aliases={aliasesOf(model.aliases)} alias={alias.alias} onDone={onDone} />
    </section>
  );
}

function Decisions(props: {
  readonly model: string;
  readonly alias: Alias;
  /** The version that a roll-back goes to; null: there is none. */
  readonly back: number | null;
  readonly onChange: () => void;
}) {
  const { model, alias, back, onChange } = props;
  const { busy, problem, move, hold, remove } = useMoves(model, alias.alias);
  const forAll = async (version: number, what: 'finish' | 'rollBack') => {
    const reason = await ask(what, alias.alias, version);
    if (reason) await move({ version, share: 1, groups: null, why: reason.why }, alias);
  };
  const turn = async () => {
    const reason = await ask(alias.held ? 'resume' : 'hold', alias.alias, alias.version);
    if (reason) await hold(!alias.held, reason.why, alias);
  };
  const drop = async () => {
    const reason = await ask('remove', alias.alias, alias.version);
    if (reason) await remove(reason.why, alias);
  };
  return (
    <div class="stack-close">
      <div class="row">
        <Button kind="primary" icon="flag" onClick={onChange}>
          {t('changeRollout')}
        </Button>
        <Button icon={alias.held ? 'play' : 'pause'} busy={busy} onClick={turn}>
          {t(alias.held ? 'resume' : 'hold')}
        </Button>
        {isPartial(alias) ? (
          <Button icon="check" busy={busy} onClick={() => forAll(alias.version, 'finish')}>
            {t('finish')}
          </Button>
        ) : null}
        {back === null ? null : (
          <Button kind="danger" icon="undo" busy={busy} onClick={() => forAll(back, 'rollBack')}>
            {t('rollBackTo', { version: String(back) })}
          </Button>
        )}
        <Button kind="quiet" icon="remove" busy={busy} onClick={drop}>
          {t('remove')}
        </Button>
      </div>
      {problem ? <Refused problem={problem} /> : null}
    </div>
  );
}

/** @param version what the devices will run after it */
function ask(what: 'hold' | 'resume' | 'finish' | 'rollBack' | 'remove', alias: string, version: number) {
  return askReason({
    title: t(`${what}Title`, { alias, version: String(version) }),
    body: t(`${what}Body`, { alias, version: String(version) }),
    action: t(what),
    kind: what === 'rollBack' || what === 'remove' ? 'danger' : 'primary',
  });
}
