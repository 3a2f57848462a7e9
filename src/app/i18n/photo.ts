// `t` of cameras and photos.
import { photo as en } from './en/photo.ts';
import { translator } from './translator.ts';
import { photo as zhCN } from './zh-CN/photo.ts';

export const t = translator({ en, 'zh-CN': zhCN });
