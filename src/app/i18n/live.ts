// `t` of Admin's live view.
import { live as en } from './en/live.ts';
import { translator } from './translator.ts';
import { live as zhCN } from './zh-CN/live.ts';

export const t = translator({ en, 'zh-CN': zhCN });
