// The screen New model where it is taught rows of numbers, and something else is said of them than of photos.
import type { Translation } from '../translator.ts';
import type { newRow as en } from '../en/new-row.ts';

export const newRow: Translation<typeof en> = {
  intro: '每个类别给它看几行，这台设备就能学会区分。数据行留在这台设备上，不会发送任何内容。',
  othersFacts: { other: '{n} 行' },
  removeProject: '移除 {model} 及其数据行',
  removeProjectTitle: '移除 {model} 及其全部数据行？',
  removeProjectBody: '这些数据行只保存在这里，移除后就没有了。由它们制成的模型会保留，原来的文件也不受影响。',
  addNoneWhy: '这样当数值属于别的东西时它可以说出来。请加入不属于其他类别的数据行。',
  moved: { other: '{n} 行已移到“{name}”' },
  movedAndGone: { other: '{said}。有 {n} 行已移除。' },
  photosRemoved: { other: '已移除 {n} 行' },
  known: { other: '有 {n} 行已经在了。' },
  tooAlike: { other: '有 {n} 行未采用。' },
  broughtIn: { other: '已导入 {n} 行。' },
  noPhotosIn: '里面没有数据行。',
  saysNothing: '给它看两个类别的数据行，答案就会出现在这里。',
  needsMore: { other: '还需要 {n} 行才能开始。' },
  byNearest: '依据最接近的数据行',
  learning: { other: '正在学习：还有 {n} 行' },
  learnt: { other: '已学习 {n} 行' },
  heldOutRight: { other: '在没有用于学习的 {n} 行中答对 {right} 行' },
  noHeldOut: '数据行太少，无法留出一部分来检验。每个类别请给它看五行以上。',
  missingClass: '“{name}”还没有数据行。',
  missingSecond: '至少要有两个类别，才能区分。',
  unbalanced: '“{few}”的数据行比“{many}”少得多，多一些会有帮助。',
  embedder: '用什么处理数值',
  embedderMore: '它如何看数值',
  embedderHint:
    '每一列以其中间值为起点、以各自的偏差为单位，再加上覆盖所有列的波，不需要模型；或由库中一个按同样顺序接收同样多数值的模型来处理。',
  finishWhat: { other: '在这台设备上由 {n} 行数据制成一个文件。数据行留在这里。' },
  finishNeeds: '需要先有两个带数据行的类别。',
  exportData: '数据行 zip',
};
