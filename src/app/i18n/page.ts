// `t` of an exported page.
import { page as en } from './en/page.ts';
import { translator } from './translator.ts';
import { page as zhCN } from './zh-CN/page.ts';

export const t = translator({ en, 'zh-CN': zhCN });
