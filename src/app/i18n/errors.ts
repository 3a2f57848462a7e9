// The error catalogue in the reader's language. English is the catalogue itself.
import { type ErrorCode, errorCatalogue } from '../../core/errors.ts';
import { language } from './language.ts';
import { errors as zhCN } from './zh-CN/errors.ts';

/** What happened. */
export function titleOf(code: ErrorCode): string {
  return language.value === 'zh-CN' ? zhCN[code][0] : errorCatalogue[code].title;
}

/** What the reader can do. */
export function remedyOf(code: ErrorCode): string {
  return language.value === 'zh-CN' ? zhCN[code][1] : errorCatalogue[code].remedy;
}
