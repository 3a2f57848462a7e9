// An alias that somebody else moved while one decided about it: what it is now, before anything is done over it.
import { useState } from 'preact/hooks';
import type { Alias } from '../../../core/artifact/documents.ts';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { rolloutSuffix } from './models.tsx';

/** The alias as it was when the reader began, and whether it is another by now. The registry is asked with the former. */
export function useSeen(current: Alias | null) {
  const [seen, setSeen] = useState(current);
  const hasMoved = (seen?.revision ?? null) !== (current?.revision ?? null);
  return { seen, hasMoved, see: () => setSeen(current) };
}

export function Moved({ alias, onSeen }: { readonly alias: Alias; readonly onSeen: () => void }) {
  return (
    <div role="alert">
      <Note tone="warn">
        <span>
          {t('moved', {
            alias: alias.alias,
            version: `${alias.version}${rolloutSuffix(alias)}${alias.held ? ` · ${t('held')}` : ''}`,
          })}
        </span>
        <div>
          <Button onClick={onSeen}>{t('movedGoOn')}</Button>
        </div>
      </Note>
    </div>
  );
}
