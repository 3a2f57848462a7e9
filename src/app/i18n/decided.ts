// `t` of what was decided.
import { decided as en } from './en/decided.ts';
import { translator } from './translator.ts';
import { decided as zhCN } from './zh-CN/decided.ts';

export const t = translator({ en, 'zh-CN': zhCN });
