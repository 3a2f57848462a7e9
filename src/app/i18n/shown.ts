// What is said of cameras and photos, or of microphones and sounds: in exported pages, too, which know no rows.
import type { ShownKind } from '../../device/project-schemas.ts';
import { photo as en } from './en/photo.ts';
import { sound as soundEn } from './en/sound.ts';
import { t as photo } from './photo.ts';
import { retold } from './retold.ts';
import { photo as zhCN } from './zh-CN/photo.ts';
import { sound as soundZhCN } from './zh-CN/sound.ts';

const sound = retold({ en, 'zh-CN': zhCN }, { en: soundEn, 'zh-CN': soundZhCN });

export function shownWords(kind: Exclude<ShownKind, 'row'>): typeof photo {
  return kind === 'sound' ? sound : photo;
}
