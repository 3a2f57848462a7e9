// Of one model: what its newer version waits for, why one was not taken, and its own terms for taking them.
import type { Hold } from '../../../device/check-updates.ts';
import { everyModel, policyFor } from '../../../device/policies.ts';
import { t } from '../../i18n/updates.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { PolicyForm } from '../../parts/policy-form.tsx';
import { Select } from '../../parts/select.tsx';
import { refresh } from '../../state/catalogue.ts';
import { activeByModel, followAgain } from '../../state/installed.ts';
import { failedTrials, policies, setPolicy, wantedByModel } from '../../state/updates.ts';
import { modeName, modeOptions } from '../settings/update-modes.ts';

export function ModelUpdates({ model }: { readonly model: string }) {
  const wanted = wantedByModel.value.get(model);
  const follows = activeByModel.value.get(model)?.follows ?? true;
  return (
    <>
      {wanted?.hold ? <p class="small">{holdText(wanted.hold, wanted.version)}</p> : null}
      <FailedTrial model={model} />
      {follows ? null : (
        <div class="row spread">
          <span class="small">{t('chosen')}</span>
          <Button kind="quiet" icon="refresh" onClick={() => void follow(model)}>
            {t('followAgain')}
          </Button>
        </div>
      )}
      <details class="fold">
        <summary>{t('forModel', { model })}</summary>
        <OwnTerms model={model} />
      </details>
    </>
  );
}

async function follow(model: string): Promise<void> {
  if (await followAgain(model)) refresh();
}

function holdText(hold: Hold, number: number): string {
  const version = String(number);
  if (hold === 'ask') return t('holdAsk', { version });
  if (hold === 'never') return t('holdNever', { version });
  return t('holdUntil', { version, conditions: hold.map(condition => t(condition)).join(', ') });
}

/** The newest only, and only while what failed is still newer than what runs. */
function FailedTrial({ model }: { readonly model: string }) {
  const trial = failedTrials.value.find(row => row.model === model);
  const running = activeByModel.value.get(model)?.version ?? 0;
  if (!trial || trial.version <= running) return null;
  return (
    <Note tone="warn">
      <span>{t('failed', { version: String(trial.version) })}</span>
      {trial.problem ? <span class="detail">{t('failedWhy', { problem: trial.problem })}</span> : null}
    </Note>
  );
}

type Choice = ReturnType<typeof modeOptions>[number]['value'] | 'as-for-all';

function OwnTerms({ model }: { readonly model: string }) {
  const own = policies.value.get(model) ?? null;
  const general = policyFor(policies.value, everyModel);
  const asForAll = { value: 'as-for-all', label: t('asForAll', { mode: modeName(general.mode) }) } as const;
  const choose = (choice: Choice) => {
    void setPolicy(model, choice === 'as-for-all' ? null : { ...(own ?? general), mode: choice });
  };
  return (
    <div class="stack">
      <Select<Choice>
        label={t('mode')}
        value={own?.mode ?? 'as-for-all'}
        options={[asForAll, ...modeOptions()]}
        onChange={choose}
      />
      {own ? <PolicyForm terms={own} onChange={terms => void setPolicy(model, terms)} /> : null}
    </div>
  );
}
