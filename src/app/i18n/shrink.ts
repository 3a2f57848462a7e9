// `t` of the screen shrink.
import { shrink as en } from './en/shrink.ts';
import { translator } from './translator.ts';
import { shrink as zhCN } from './zh-CN/shrink.ts';

export const t = translator({ en, 'zh-CN': zhCN });
