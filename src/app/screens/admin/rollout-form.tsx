// Which version an alias is to point at, for which devices, and why; with how many of them that is.
import { useState } from 'preact/hooks';
import { isPartial } from '../../../core/artifact/rollout.ts';
import type { Alias } from '../../../core/artifact/documents.ts';
import { aliasNameSchema } from '../../../core/artifact/names.ts';
import type { ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatShare } from '../../i18n/format.ts';
import { t as parts } from '../../i18n/parts.ts';
import { Button } from '../../parts/button.tsx';
import { Check, Field, TextField } from '../../parts/field.tsx';
import { longestWhy } from '../../parts/reason.tsx';
import { Select } from '../../parts/select.tsx';
import { groupsOf, reachOf } from '../../state/admin-fleet.ts';
import { Moved, useSeen } from './moved.tsx';
import { Refused } from './refused.tsx';
import { admin } from './session.ts';
import { useMoves } from './use-moves.ts';
import { usePlaces } from './use-places.ts';

/** What the list of aliases says for a name that is not in it. */
const other = '\u0000other';

export function RolloutForm(props: {
  readonly model: ModelSummary;
  readonly aliases: readonly Alias[];
  /** Whether another alias can be chosen. */
  readonly alias?: string;
  /** Whether another version can be chosen; the one it begins with. */
  readonly version?: number;
  readonly onDone: () => void;
}) {
  const { model, aliases, onDone } = props;
  const [choice, setChoice] = useState(props.alias ?? 'production');
  const [typed, setTyped] = useState('');
  const name = choice === other ? typed.trim() : choice;
  const names = [...new Set(['production', ...aliases.map(({ alias }) => alias)])];
  const wrong = !aliasNameSchema.safeParse(name).success;
  return (
    <div class="stack">
      {props.alias === undefined ? (
        <Select
          label={t('promoteAlias')}
          hint={t('promoteAliasHint')}
          value={choice}
          options={[
            ...names.map(value => ({ value, label: value })),
            { value: other, label: t('otherAlias') },
          ]}
          onChange={setChoice}
        />
      ) : null}
      {choice === other ? (
        <TextField
          label={t('otherAliasName')}
          value={typed}
          error={wrong && typed !== '' ? t('aliasWrong') : null}
          onInput={setTyped}
        />
      ) : null}
      {wrong ? null : (
        <Where
          key={choice === other ? other : name}
          model={model}
          alias={name}
          current={aliases.find(({ alias }) => alias === name) ?? null}
          version={props.version}
          onDone={onDone}
        />
      )}
    </div>
  );
}

/** Of an alias that is chosen: to which version, and for whom. Begins with how it is now. */
function Where(props: {
  readonly model: ModelSummary;
  readonly alias: string;
  readonly current: Alias | null;
  readonly version: number | undefined;
  readonly onDone: () => void;
}) {
  const { model, alias, current, onDone } = props;
  const usable = model.versions.filter(
    ({ retiredAt, collectedAt }) => retiredAt === null && collectedAt === null,
  );
  const first = props.version ?? current?.version ?? usable[0]?.version ?? 1;
  const [version, setVersion] = useState(first);
  const begins = current?.version === first ? current.rollout : { share: 1, groups: null };
  const [percent, setPercent] = useState(Math.max(1, Math.round(begins.share * 100)));
  const [groups, setGroups] = useState<readonly string[]>(begins.groups ?? []);
  const [why, setWhy] = useState('');
  const { seen, hasMoved, see } = useSeen(current);
  const { busy, problem, move } = useMoves(model.model, alias);

  const rollout = { share: percent / 100, groups: groups.length > 0 ? [...groups] : null };
  const same = current !== null && current.version === version && isSame(current.rollout, rollout);
  const send = async () => {
    if (await move({ version, ...rollout, why: why.trim() || null }, seen)) onDone();
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        if (!same && !hasMoved && !busy) void send();
      }}
    >
      {props.version === undefined ? (
        <Select
          label={t('promoteVersion')}
          value={String(version)}
          options={usable.map(one => ({
            value: String(one.version),
            label: t('version', { version: String(one.version) }),
          }))}
          onChange={chosen => setVersion(Number(chosen))}
        />
      ) : null}
      <ShareField percent={percent} onPercent={setPercent} />
      <GroupsField chosen={groups} onChosen={setGroups} />
      <Reach model={model.model} rollout={rollout} version={version} current={current} />
      <TextField
        label={parts('why')}
        hint={parts('whyHint')}
        value={why}
        maxLength={longestWhy}
        onInput={setWhy}
      />
      {hasMoved && current ? <Moved alias={current} onSeen={see} /> : null}
      {problem && !hasMoved ? <Refused problem={problem} /> : null}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy} disabled={same || hasMoved}>
          {isPartial({ rollout }) ? t('startRollout') : t('promote')}
        </Button>
        {same ? (
          <span class="small soft">{t('sameRollout', { alias, version: String(version) })}</span>
        ) : null}
      </div>
    </form>
  );
}

function isSame(a: Alias['rollout'], b: Alias['rollout']): boolean {
  const names = (rollout: Alias['rollout']) => [...(rollout.groups ?? [])].sort().join();
  return a.share === b.share && names(a) === names(b);
}

function ShareField(props: { readonly percent: number; readonly onPercent: (percent: number) => void }) {
  const { percent, onPercent } = props;
  return (
    <Field
      label={
        <span class="row spread">
          {t('share')} <output class="numbers">{formatShare(percent / 100, 0)}</output>
        </span>
      }
      hint={t('shareHint')}
    >
      {attributes => (
        <input
          {...attributes}
          type="range"
          min={1}
          max={100}
          step={1}
          value={percent}
          aria-valuetext={formatShare(percent / 100, 0)}
          onInput={event => onPercent(event.currentTarget.valueAsNumber)}
        />
      )}
    </Field>
  );
}

/** The groups there are; with none of them, there is nothing to choose. */
function GroupsField(props: {
  readonly chosen: readonly string[];
  readonly onChosen: (groups: readonly string[]) => void;
}) {
  const { chosen, onChosen } = props;
  const all = [...new Set([...groupsOf(admin.devices.value), ...chosen])].sort();
  if (all.length === 0) return null;
  return (
    <fieldset class="admin-groups">
      <legend class="field-label">{t('onlyGroups')}</legend>
      {all.map(group => (
        <Check
          key={group}
          checked={chosen.includes(group)}
          onChange={on => onChosen(on ? [...chosen, group] : chosen.filter(one => one !== group))}
        >
          {group}
        </Check>
      ))}
    </fieldset>
  );
}

/** What it means in devices, before it is done. */
function Reach(props: {
  readonly model: string;
  readonly rollout: Alias['rollout'];
  readonly version: number;
  readonly current: Alias | null;
}) {
  const { model, rollout, version, current } = props;
  const { reached, all } = reachOf(admin.devices.value, usePlaces(model), rollout);
  const rest = current?.version === version ? current.otherwise?.version : current?.version;
  return (
    <p class="small" role="status">
      {t('reaches', { reached, n: all, version: String(version) })}{' '}
      {!isPartial({ rollout })
        ? ''
        : rest === undefined
          ? t('restKeep')
          : t('restGet', { version: String(rest) })}
    </p>
  );
}
