// What is said of cameras and photos, of microphones and sounds, or of rows of numbers.
import type { ShownKind } from '../../device/project-schemas.ts';
import { photo as en } from './en/photo.ts';
import { row as rowEn } from './en/row.ts';
import { sound as soundEn } from './en/sound.ts';
import { t as photo } from './photo.ts';
import { retold } from './retold.ts';
import { photo as zhCN } from './zh-CN/photo.ts';
import { row as rowZhCN } from './zh-CN/row.ts';
import { sound as soundZhCN } from './zh-CN/sound.ts';

const words = {
  photo,
  sound: retold({ en, 'zh-CN': zhCN }, { en: soundEn, 'zh-CN': soundZhCN }),
  row: retold({ en, 'zh-CN': zhCN }, { en: rowEn, 'zh-CN': rowZhCN }),
} as const;

export function shownWords(kind: ShownKind): typeof photo {
  return words[kind];
}
