// What the screen New model says, of photos, of sounds or of rows.
import type { ShownKind } from '../../device/project-schemas.ts';
import { newModel as en } from './en/new-model.ts';
import { newRow as rowEn } from './en/new-row.ts';
import { newSound as soundEn } from './en/new-sound.ts';
import { t as photo } from './new-model.ts';
import { retold } from './retold.ts';
import { newModel as zhCN } from './zh-CN/new-model.ts';
import { newRow as rowZhCN } from './zh-CN/new-row.ts';
import { newSound as soundZhCN } from './zh-CN/new-sound.ts';

const words = {
  photo,
  sound: retold({ en, 'zh-CN': zhCN }, { en: soundEn, 'zh-CN': soundZhCN }),
  row: retold({ en, 'zh-CN': zhCN }, { en: rowEn, 'zh-CN': rowZhCN }),
} as const;

export function teachingWords(kind: ShownKind): typeof photo {
  return words[kind];
}
