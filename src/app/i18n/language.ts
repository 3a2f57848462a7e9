// Which language the app speaks: the one chosen in Settings, or the browser's.
import { computed, signal } from '@preact/signals';

export type Language = 'en' | 'zh-CN';
export type LanguageChoice = 'system' | Language;

const isEnglish = /^en\b/i;

/** Kept beside the database's copy, so that the first paint has the right language. */
const storageKey = 'haversack.language';

export const languageChoice = signal<LanguageChoice>(remembered());

export const language = computed<Language>(() =>
  languageChoice.value === 'system' ? ofBrowser(navigator.languages) : languageChoice.value,
);

/** For dates: the browser's own kind of the language (en-GB, not en) where it has one. */
export const regional = computed<string>(
  () => navigator.languages.find(tag => isEnglish.test(tag) && language.value === 'en') ?? language.value,
);

export function chooseLanguage(choice: LanguageChoice): void {
  languageChoice.value = choice;
  try {
    localStorage.setItem(storageKey, choice);
  } catch {
    // Private windows may refuse; the database keeps the choice.
  }
}

/** The first of the browser's languages that the app has; English otherwise. */
export function ofBrowser(languages: readonly string[]): Language {
  for (const tag of languages) {
    if (/^zh\b/i.test(tag)) return 'zh-CN';
    if (isEnglish.test(tag)) return 'en';
  }
  return 'en';
}

function remembered(): LanguageChoice {
  try {
    const kept = localStorage.getItem(storageKey);
    return kept === 'en' || kept === 'zh-CN' ? kept : 'system';
  } catch {
    return 'system';
  }
}
