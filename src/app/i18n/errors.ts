// The error catalogue in the reader's language. English is the catalogue itself; another language is fetched for who reads it,
// for the first screen comes without it.
import { effect, signal } from '@preact/signals';
import { type ErrorCode, errorCatalogue } from '../../core/errors.ts';
import { language } from './language.ts';

/** Of each error what happened, and what the reader can do. */
export type ErrorTexts = Readonly<Record<ErrorCode, readonly [title: string, remedy: string]>>;

const chinese = signal<ErrorTexts | null>(null);

/** From now on they are told in the language of the moment, as soon as it is here. */
export function translateErrors(): () => void {
  return effect(() => {
    if (language.value === 'zh-CN' && chinese.peek() === null) void load();
  });
}

/** Where it cannot be fetched, errors are told in English. */
async function load(): Promise<void> {
  const module = await import('./zh-CN/errors.ts').catch(() => null);
  if (module) chinese.value = module.errors;
}

function textsOf(code: ErrorCode): ErrorTexts[ErrorCode] {
  const { title, remedy } = errorCatalogue[code];
  return (language.value === 'zh-CN' ? chinese.value?.[code] : null) ?? [title, remedy];
}

/** What happened. */
export function titleOf(code: ErrorCode): string {
  return textsOf(code)[0];
}

/** What the reader can do. */
export function remedyOf(code: ErrorCode): string {
  return textsOf(code)[1];
}
