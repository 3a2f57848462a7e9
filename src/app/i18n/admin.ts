// `t` of the screen admin.
import { admin as en } from './en/admin.ts';
import { translator } from './translator.ts';
import { admin as zhCN } from './zh-CN/admin.ts';

export const t = translator({ en, 'zh-CN': zhCN });
