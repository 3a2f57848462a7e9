// `t` for words that every screen uses.
import { common as en } from './en/common.ts';
import { translator } from './translator.ts';
import { common as zhCN } from './zh-CN/common.ts';

export const t = translator({ en, 'zh-CN': zhCN });
