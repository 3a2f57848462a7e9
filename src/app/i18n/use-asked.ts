// What Use says of photos or of sounds that were asked about.
import type { ShownKind } from '../../device/project-schemas.ts';
import { usePhoto as en } from './en/use-photo.ts';
import { useSound as soundEn } from './en/use-sound.ts';
import { retold } from './retold.ts';
import { t as photo } from './use-photo.ts';
import { usePhoto as zhCN } from './zh-CN/use-photo.ts';
import { useSound as soundZhCN } from './zh-CN/use-sound.ts';

const sound = retold({ en, 'zh-CN': zhCN }, { en: soundEn, 'zh-CN': soundZhCN });

export function askedWords(kind: Exclude<ShownKind, 'row'>): typeof photo {
  return kind === 'sound' ? sound : photo;
}
