// What a key or a device may, model by model: a row for each, with the rights to choose from.
import { type Grant, type ModelRight, modelRightSchema } from '../../../core/artifact/grant.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { Check } from '../../parts/field.tsx';
import { grantedModelName, rightName } from '../../parts/grant-words.ts';
import { Select } from '../../parts/select.tsx';
import { admin } from './session.ts';

/** As a form has it: no right may be chosen yet. */
export interface GrantDraft {
  readonly model: string;
  readonly rights: readonly ModelRight[];
}

const emptyGrant: GrantDraft = { model: '*', rights: ['read', 'predict'] };

/** Null while a row gives nothing. */
export function grantsOf(drafts: readonly GrantDraft[]): Grant[] | null {
  if (drafts.length === 0 || drafts.some(({ rights }) => rights.length === 0)) return null;
  return drafts.map(({ model, rights }) => ({ model, rights: [...rights] }));
}

/** By a role, or by grants. @param props.grants null: by a role */
export function ReachSelect(props: {
  readonly label: string;
  readonly grants: readonly GrantDraft[] | null;
  readonly onGrants: (grants: readonly GrantDraft[] | null) => void;
}) {
  return (
    <Select
      label={props.label}
      value={props.grants === null ? 'role' : 'grants'}
      options={[
        { value: 'role', label: t('reachRole') },
        { value: 'grants', label: t('reachGrants') },
      ]}
      onChange={value => props.onGrants(value === 'role' ? null : [emptyGrant])}
    />
  );
}

export function GrantsField(props: {
  readonly grants: readonly GrantDraft[];
  readonly onGrants: (grants: readonly GrantDraft[]) => void;
}) {
  const { grants, onGrants } = props;
  return (
    <div class="stack-close">
      {grants.map((grant, index) => (
        <GrantRow
          key={index}
          grant={grant}
          onGrant={changed => onGrants(grants.map((each, i) => (i === index ? changed : each)))}
          onRemove={grants.length === 1 ? null : () => onGrants(grants.filter((_, i) => i !== index))}
        />
      ))}
      <div>
        <Button icon="add" onClick={() => onGrants([...grants, emptyGrant])}>
          {t('addGrant')}
        </Button>
      </div>
    </div>
  );
}

function GrantRow(props: {
  readonly grant: GrantDraft;
  readonly onGrant: (grant: GrantDraft) => void;
  readonly onRemove: (() => void) | null;
}) {
  const { grant, onGrant, onRemove } = props;
  // A model may be granted before it is there.
  const names = [...new Set(['*', ...admin.models.value.map(({ model }) => model), grant.model])];
  const name = grantedModelName(grant.model);
  return (
    <fieldset class="stack-close plain-fieldset">
      <legend class="visually-hidden">{t('grantOn', { model: name })}</legend>
      <Select
        label={t('grantModel')}
        value={grant.model}
        options={names.map(value => ({ value, label: grantedModelName(value) }))}
        onChange={model => onGrant({ ...grant, model })}
      />
      <span class="row">
        {modelRightSchema.options.map(right => (
          <Check
            key={right}
            checked={grant.rights.includes(right)}
            onChange={checked =>
              onGrant({
                ...grant,
                rights: modelRightSchema.options.filter(each =>
                  each === right ? checked : grant.rights.includes(each),
                ),
              })
            }
          >
            {rightName(right)}
          </Check>
        ))}
      </span>
      {onRemove ? (
        <div>
          <Button kind="quiet" icon="remove" label={`${t('removeGrant')}: ${name}`} onClick={onRemove}>
            {t('removeGrant')}
          </Button>
        </div>
      ) : null}
    </fieldset>
  );
}
