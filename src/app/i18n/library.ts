// `t` of the screen library.
import { library as en } from './en/library.ts';
import { translator } from './translator.ts';
import { library as zhCN } from './zh-CN/library.ts';

export const t = translator({ en, 'zh-CN': zhCN });
