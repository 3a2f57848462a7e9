// Every revision of an alias, newest first: what it pointed at, for whom, who moved it and why.
import type { AliasRevision } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatDate } from '../../i18n/format.ts';
import { aliasOf } from '../../state/admin-history.ts';
import { rolloutSuffix } from './models.tsx';
import { Who } from './who.tsx';

export function History({ entries }: { readonly entries: readonly AliasRevision[] }) {
  return (
    <ol role="list" class="admin-list">
      {entries.map(entry => (
        <li key={entry.revision} class="admin-version">
          <span class="row">
            <strong>{pointedAt(entry)}</strong>
            <span class="small soft numbers">{t('revision', { revision: entry.revision })}</span>
          </span>
          <span class="small soft">
            <Who who={entry.who} /> · {formatDate(entry.at)}
          </span>
          {entry.why ? <span class="small">{entry.why}</span> : null}
        </li>
      ))}
    </ol>
  );
}

export function pointedAt(entry: AliasRevision): string {
  const alias = aliasOf(entry);
  if (!alias) return t('removedThen');
  const held = alias.held ? ` · ${t('held')}` : '';
  return t('version', { version: String(alias.version) }) + rolloutSuffix(alias) + held;
}
