// Facts that types cannot see: both languages name the same parameters, and nothing was left in English.
import { expect, test } from 'vitest';

type Dictionary = Record<string, string | Record<string, string> | readonly string[]>;
const english = import.meta.glob<Record<string, Dictionary>>('../../../src/app/i18n/en/*.ts', {
  eager: true,
});
const chinese = import.meta.glob<Record<string, Dictionary>>('../../../src/app/i18n/zh-CN/*.ts', {
  eager: true,
});

const parametersOf = (message: Dictionary[string]): string[] => {
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  return [...new Set(texts.flatMap(text => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]!)))].sort();
};

test('every message names the same parameters in both languages', () => {
  const screens = Object.keys(english);
  expect(screens.length).toBeGreaterThan(5);
  for (const path of screens) {
    const [name, en] = Object.entries(english[path]!)[0]!;
    const zhCN = chinese[path.replace('/en/', '/zh-CN/')]?.[name];
    expect(zhCN, path).toBeDefined();
    for (const key of Object.keys(en)) {
      // A plural form may say "one" without its number.
      const wanted = parametersOf(en[key]!).filter(parameter => parameter !== 'n');
      const got = parametersOf(zhCN![key]!).filter(parameter => parameter !== 'n');
      expect(got, `${path} ${key}`).toEqual(wanted);
    }
  }
});

test.each([
  ['new-sound', 'new-model'],
  ['new-row', 'new-model'],
  ['sound', 'photo'],
  ['row', 'photo'],
  ['use-sound', 'use-photo'],
])('what %s says anew has the parameters of what %s says', (anew, first) => {
  const messagesOf = (name: string): Dictionary =>
    Object.values(english[`../../../src/app/i18n/en/${name}.ts`]!)[0]!;
  for (const [key, message] of Object.entries(messagesOf(anew))) {
    const before = messagesOf(first)[key];
    expect(before, `${anew} ${key}`).toBeDefined();
    expect(parametersOf(message), `${anew} ${key}`).toEqual(parametersOf(before!));
  }
});

test.each([
  ['sound', 'photo', ['cameraPicture', 'front', 'back']],
  ['use-sound', 'use-photo', []],
])('with %s nothing is said of photos that %s says', (anew, first, ofCamerasOnly) => {
  for (const [folder, dictionaries] of Object.entries({ en: english, 'zh-CN': chinese })) {
    const messagesOf = (name: string): Dictionary =>
      Object.values(dictionaries[`../../../src/app/i18n/${folder}/${name}.ts`]!)[0]!;
    const said = { ...messagesOf(first), ...messagesOf(anew) };
    for (const [key, message] of Object.entries(said)) {
      if (ofCamerasOnly.some(only => only === key)) continue;
      expect(JSON.stringify(message), `${folder} ${key}`).not.toMatch(/photo|camera|picture|照片|相机|画面/i);
    }
  }
});

test('Chinese texts use full-width punctuation between Chinese characters', () => {
  for (const [path, module] of Object.entries(chinese)) {
    for (const [key, message] of Object.entries(Object.values(module)[0]!)) {
      const texts = typeof message === 'string' ? [message] : Object.values(message);
      for (const text of texts) expect(text, `${path} ${key}`).not.toMatch(/[\u4e00-\u9fff][,;:?!]/);
    }
  }
});
