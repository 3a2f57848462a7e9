// `t` of photos in Use.
import { usePhoto as en } from './en/use-photo.ts';
import { translator } from './translator.ts';
import { usePhoto as zhCN } from './zh-CN/use-photo.ts';

export const t = translator({ en, 'zh-CN': zhCN });
