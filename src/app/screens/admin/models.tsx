// All models: found by name or tag, with what production is and when something last happened; and room that can be freed.
import { useState } from 'preact/hooks';
import { isPartial } from '../../../core/artifact/rollout.ts';
import type { Alias } from '../../../core/artifact/documents.ts';
import type { ModelSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate, formatShare } from '../../i18n/format.ts';
import { LinkButton } from '../../parts/button.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Empty } from '../../parts/empty.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { findModels } from '../../state/admin-find.ts';
import { CleanUp } from './clean-up.tsx';
import { to } from './section.ts';
import { admin } from './session.ts';

export function Models() {
  const [text, setText] = useState('');
  const all = admin.models.value;
  const upload = (
    <LinkButton kind="primary" icon="upload" href={to.upload()}>
      {t('uploadModel')}
    </LinkButton>
  );
  if (all.length === 0) {
    return (
      <Empty icon="library" title={t('modelsNone')} action={upload}>
        {t('modelsNoneHint')}
      </Empty>
    );
  }
  const found = findModels(all, text);
  return (
    <div class="stack">
      <div class="admin-find">
        <SearchField label={t('findModels')} value={text} onInput={setText} />
        {upload}
      </div>
      {found.length === 0 ? <p role="status">{t('nothingFound')}</p> : null}
      <ul role="list" class="admin-rows">
        {found.map(model => (
          <li key={model.model}>
            <ModelRow model={model} />
          </li>
        ))}
      </ul>
      <CleanUp />
    </div>
  );
}

function ModelRow({ model }: { readonly model: ModelSummary }) {
  const aliases = aliasesOf(model.aliases);
  const production = aliases.find(({ alias }) => alias === 'production') ?? null;
  return (
    <a class="admin-row" href={to.model(model.model)}>
      <span class="row spread">
        <strong class="mono">{model.model}</strong>
        <Production alias={production} />
      </span>
      <span class="small soft numbers">
        {[
          t('versionsCount', { n: model.versions.length }),
          t('updated', { when: formatDate(model.updatedAt) }),
        ].join(' · ')}
      </span>
      <Tags tags={model.tags} />
    </a>
  );
}

function Production({ alias }: { readonly alias: Alias | null }) {
  if (alias === null) {
    return (
      <Chip tone="warn" icon="warn">
        {t('productionNone')}
      </Chip>
    );
  }
  const { version, held } = alias;
  return (
    <span class="row">
      {held ? (
        <Chip tone="warn" icon="pause">
          {t('held')}
        </Chip>
      ) : null}
      <Chip tone="accent" icon="flag">
        {`${alias.alias} ${t('versionShort', { version: String(version) })}${rolloutSuffix(alias)}`}
      </Chip>
    </span>
  );
}

/** " · 25%", " · 100% north": nothing where it is for all. */
export function rolloutSuffix(alias: Alias): string {
  if (!isPartial(alias)) return '';
  const { share, groups } = alias.rollout;
  return ` · ${[formatShare(share, 0), ...(groups ?? [])].join(' ')}`;
}

export function Tags({ tags }: { readonly tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span class="row">
      {tags.map(tag => (
        <Chip key={tag}>{tag}</Chip>
      ))}
    </span>
  );
}
