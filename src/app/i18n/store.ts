// `t` of what is stored.
import { store as en } from './en/store.ts';
import { translator } from './translator.ts';
import { store as zhCN } from './zh-CN/store.ts';

export const t = translator({ en, 'zh-CN': zhCN });
