// `t` of the screen use.
import { use as en } from './en/use.ts';
import { translator } from './translator.ts';
import { use as zhCN } from './zh-CN/use.ts';

export const t = translator({ en, 'zh-CN': zhCN });
