// `t` of a download's state.
import { download as en } from './en/download.ts';
import { translator } from './translator.ts';
import { download as zhCN } from './zh-CN/download.ts';

export const t = translator({ en, 'zh-CN': zhCN });
