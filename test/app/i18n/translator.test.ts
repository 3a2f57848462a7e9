import { afterEach, beforeAll, expect, expectTypeOf, test, vi } from 'vitest';
import type { Translation } from '../../../src/app/i18n/translator.ts';

vi.stubGlobal('navigator', { languages: ['de-DE', 'zh-Hans-CN', 'en'] });
let i18n: typeof import('../../../src/app/i18n/translator.ts');
let languages: typeof import('../../../src/app/i18n/language.ts');
let format: typeof import('../../../src/app/i18n/format.ts');
beforeAll(async () => {
  languages = await import('../../../src/app/i18n/language.ts');
  i18n = await import('../../../src/app/i18n/translator.ts');
  format = await import('../../../src/app/i18n/format.ts');
});
afterEach(() => languages.chooseLanguage('system'));

const en = {
  hello: 'Hello {name}',
  rows: { one: '{n} row', other: '{n} rows' },
  plain: 'plain',
} as const;
const zhCN: Translation<typeof en> = { hello: '你好 {name}', rows: { other: '{n} 行' }, plain: '普通' };

test('takes the first of the browser’s languages that the app has, whatever its region', () => {
  expect(languages.ofBrowser(['de-DE', 'zh-Hans-CN', 'en'])).toBe('zh-CN');
  expect(languages.ofBrowser(['en-GB', 'zh-CN'])).toBe('en');
  expect(languages.ofBrowser(['fr'])).toBe('en');
});

test('fills parameters, picks the plural form and formats numbers by the language', () => {
  const t = i18n.translator({ en, 'zh-CN': zhCN });
  expect(t('hello', { name: 'Ada' })).toBe('你好 Ada');
  languages.chooseLanguage('en');
  expect(t('hello', { name: 'Ada' })).toBe('Hello Ada');
  expect(t('rows', { n: 1 })).toBe('1 row');
  expect(t('rows', { n: 1797 })).toBe('1,797 rows');
});

test('a missing parameter or a missing key is a type error', () => {
  const t = i18n.translator({ en, 'zh-CN': zhCN });
  expectTypeOf(t<'plain'>).parameters.toEqualTypeOf<[key: 'plain']>();
  // @ts-expect-error `name` is missing
  expect(t('hello', {})).toContain('{name}');
  // @ts-expect-error `plain` is missing
  const short: Translation<typeof en> = { hello: '', rows: '' };
  expect(short).toBeDefined();
});

test('bytes are decimal, as disks count them, and numbers stay with their units', () => {
  languages.chooseLanguage('en');
  expect(format.formatBytes(0)).toBe('0\u00a0bytes');
  expect(format.formatBytes(999)).toBe('999\u00a0bytes');
  expect(format.formatBytes(7_812_345)).toBe('7.8\u00a0MB');
  expect(format.formatShare(0.9667)).toBe('96.7%');
  expect(format.formatDuration(4.2)).toBe('4\u00a0sec');
  expect(format.formatDuration(0.42)).toBe('0.4\u00a0sec');
});
