import { expect, test } from 'vitest';
import { judge as en } from '../../../src/app/i18n/en/judge.ts';
import { fill, type Message } from '../../../src/app/i18n/translator.ts';
import { judge as zhCN } from '../../../src/app/i18n/zh-CN/judge.ts';
import { sentenceKey, sentenceOf } from '../../../src/app/screens/judge/sentence.ts';
import type { Evaluation } from '../../../src/core/artifact/documents.ts';
import type { ComparedRows, Comparison } from '../../../src/core/evaluate/compare.ts';

const evaluation: Evaluation = {
  part: 'test',
  origin: 'parent',
  dataset: null,
  n: 360,
  metrics: {},
  interval: null,
  confusion: null,
};

function rows(n: number, fixed: number, broken: number): ComparedRows {
  return { old: evaluation, new: evaluation, fixed, broken, n };
}

function said(comparison: Comparison, language: 'en' | 'zh-CN'): string {
  const { kind, numbers } = sentenceOf(comparison);
  const message: Message = (language === 'en' ? en : zhCN)[sentenceKey[kind]];
  return fill(message, { ...numbers }, language);
}

function comparison(
  verdict: Comparison['verdict'],
  parent: ComparedRows | null,
  added: ComparedRows | null = null,
): Comparison {
  return { labels: ['a', 'b'], parent, added, verdict };
}

test('better says how many more are right and how many newly wrong', () => {
  const better = comparison('better', rows(360, 15, 3));
  expect(said(better, 'en')).toBe('Better: 12 more right, 3 newly wrong, of 360.');
  expect(said(better, 'zh-CN')).toBe('更好：共 360 条，多对了 12 条，新错了 3 条。');
});

test('worse says how many fewer', () => {
  const worse = comparison('worse', rows(1360, 3, 15));
  expect(said(worse, 'en')).toBe('Worse: 12 fewer right, 15 newly wrong, of 1,360.');
  expect(said(worse, 'zh-CN')).toBe('更差：共 1,360 条，少对了 12 条，新错了 15 条。');
});

test('a difference that may be chance is not called better', () => {
  const even = comparison('even', rows(30, 3, 1));
  expect(said(even, 'en')).toBe(
    'No clear difference: 3 newly right, 1 newly wrong, of 30. So few rows differ by chance.',
  );
  expect(said(even, 'zh-CN')).toBe(
    '没有明显差别：共 30 条，新对了 3 条，新错了 1 条；这么少的差别可能只是偶然。',
  );
});

test('the same answers, right and wrong, are no difference', () => {
  expect(said(comparison('even', rows(30, 0, 0)), 'en')).toBe(
    'No difference: both are right and wrong on the very same rows, of 30.',
  );
});

test('rows of the data set and own samples are counted together, as the verdict is', () => {
  const both = comparison('better', rows(360, 9, 1), rows(14, 6, 0));
  expect(sentenceOf(both)).toEqual({ kind: 'better', numbers: { n: 374, fixed: 15, broken: 1, net: 14 } });
});

test('without held-out rows there is no verdict to tell', () => {
  expect(said(comparison('even', null), 'en')).toBe(
    'Nothing to judge on: this version came without held-out rows.',
  );
  expect(sentenceOf(comparison('even', rows(0, 0, 0))).kind).toBe('none');
});
