// That a file was given which cannot be asked about: what, why, and what to do.
import { t } from '../i18n/page.ts';
import { Note } from '../parts/note.tsx';

export function Unreadable({ what }: { readonly what: 'photo' | 'sound' }) {
  const isPhoto = what === 'photo';
  return (
    <div role="alert">
      <Note tone="bad">
        <strong>{isPhoto ? t('unreadable') : t('unreadableSound')}</strong>
        <span>{isPhoto ? t('unreadableWhy') : t('unreadableSoundWhy')}</span>
        <span>{isPhoto ? t('unreadableDo') : t('unreadableSoundDo')}</span>
      </Note>
    </div>
  );
}
