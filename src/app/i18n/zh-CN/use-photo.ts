// Photos in the screen Use.
import type { Translation } from '../translator.ts';
import type { usePhoto as en } from '../en/use-photo.ts';

export const usePhoto: Translation<typeof en> = {
  waiting: '打开相机或选择照片，答案就会出现在这里。',
  shutter: '定住画面',
  next: '下一张',
  held: '定住的画面',
  becomesExample: '轻点一下，这张照片就作为可供学习的示例保存在这台设备上。',
  becomesRecord: '轻点一下，这张照片就连同您的说明保存在这台设备上。',
  exampleKept: '已保存为示例：{label}',
  exampleKnown: '它已经是示例：{label}',
  exampleAlike: '与其他示例太像，无法用来检验，未采用。',
  recordKept: '已保存为记录。',
  recordKeptAs: '已保存为记录：{label}',
  keep: '保存这个答案',
  keepHint: '连同照片和时间，保存在这台设备的“记录”中。',
  collectUnsure: '保存它不确定的照片',
  collectUnsureHint: '它们最值得学习，会留在“记录”中等候。',
  withPlace: '附上位置',
  withPlaceHint: '这台设备所在之处。位置留在这里，只有您要求时才会导出。',
  placeRefused: '浏览器没有提供位置，已不带位置保存。',
  toRecords: '记录',
};
