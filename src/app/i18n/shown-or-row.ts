// What is said of photos, of sounds, or of rows of numbers that a project is shown.
import type { ShownKind } from '../../device/project-schemas.ts';
import { photo as en } from './en/photo.ts';
import { row as rowEn } from './en/row.ts';
import type { t as photo } from './photo.ts';
import { retold } from './retold.ts';
import { shownWords } from './shown.ts';
import { photo as zhCN } from './zh-CN/photo.ts';
import { row as rowZhCN } from './zh-CN/row.ts';

const row = retold({ en, 'zh-CN': zhCN }, { en: rowEn, 'zh-CN': rowZhCN });

export function wordsOfShown(kind: ShownKind): typeof photo {
  return kind === 'row' ? row : shownWords(kind);
}
