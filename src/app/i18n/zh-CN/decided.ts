// What was decided, wherever an answer is shown.
import type { decided as en } from '../en/decided.ts';
import type { Translation } from '../translator.ts';

export const decided: Translation<typeof en> = {
  notSure: '不确定',
  bestGuess: '最可能是：{label}',
  probabilities: '每个答案的概率',
  others: { other: '其余 {n} 个，合计 {share}' },
};
