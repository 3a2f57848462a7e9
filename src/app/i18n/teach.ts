// `t` of the screen teach.
import { teach as en } from './en/teach.ts';
import { translator } from './translator.ts';
import { teach as zhCN } from './zh-CN/teach.ts';

export const t = translator({ en, 'zh-CN': zhCN });
