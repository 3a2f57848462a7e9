// What the screen New model says, of photos or of sounds.
import type { ShownKind } from '../../device/project-schemas.ts';
import { newModel as en } from './en/new-model.ts';
import { newSound as soundEn } from './en/new-sound.ts';
import { t as photo } from './new-model.ts';
import { retold } from './retold.ts';
import { newModel as zhCN } from './zh-CN/new-model.ts';
import { newSound as soundZhCN } from './zh-CN/new-sound.ts';

const sound = retold({ en, 'zh-CN': zhCN }, { en: soundEn, 'zh-CN': soundZhCN });

export function teachingWords(kind: ShownKind): typeof photo {
  return kind === 'sound' ? sound : photo;
}
