// Rows of numbers, where something else is said of them than of photos.
import type { Translation } from '../translator.ts';
import type { row as en } from '../en/row.ts';

export const row: Translation<typeof en> = {
  choosePhotosOf: '为“{name}”选择表格',
  choosePhoto: '选择表格',
  unreadable: { other: '有 {n} 行未能使用：其中有单元格不是数字。' },
  photos: { other: '{n} 行' },
  photosOf: '“{name}”的数据行',
  nthPhoto: '第 {n} 行',
  selected: { other: '已选 {n} 行' },
};
