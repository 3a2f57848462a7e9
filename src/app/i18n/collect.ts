// `t` of the screen collect.
import { collect as en } from './en/collect.ts';
import { translator } from './translator.ts';
import { collect as zhCN } from './zh-CN/collect.ts';

export const t = translator({ en, 'zh-CN': zhCN });
