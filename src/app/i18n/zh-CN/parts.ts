// The forms, and what stands where there is no model.
import type { Translation } from '../translator.ts';
import type { parts as en } from '../en/parts.ts';

export const parts: Translation<typeof en> = {
  toLibrary: '前往模型库',
  range: '训练时 {low} 至 {high}',
  outside: '此值超出范围',
  notANumber: '这里需要一个数字。',
  pasteRefused: '粘贴的一行有 {got} 个值，需要 {wanted} 个数字。',
  run: '运行',
  scalar: '一个数字',
  dimension: '第 {i} 维的大小',
  values: '值',
  valuesHint: { other: '{n} 个数字，以逗号或空格分隔，或写作 JSON；留空表示零。' },
  copyIt: '复制',
  why: '原因',
  whyHint: '供以后查看，会留在审计记录中。',
};
