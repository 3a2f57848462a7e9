// The settings as stored, and what follows from them: language and theme of the page.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import type { Settings } from '../../device/schema.ts';
import { changeSettings as store, readSettings } from '../../device/settings.ts';
import { chooseLanguage, language } from '../i18n/language.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** Null until read. */
export const settings = signal<Settings | null>(null);

export async function loadSettings({ db }: Services): Promise<void> {
  const stored = await readSettings(db);
  settings.value = stored;
  chooseLanguage(stored.language);
  showTheme(stored.theme);
}

export async function changeSettings(change: Partial<Omit<Settings, 'id'>>): Promise<void> {
  try {
    await store(need().db, change);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

function showTheme(theme: Settings['theme']): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
}

export function showLanguage(): void {
  document.documentElement.lang = language.value;
}
