// `t` of the screen Records.
import { records as en } from './en/records.ts';
import { translator } from './translator.ts';
import { records as zhCN } from './zh-CN/records.ts';

export const t = translator({ en, 'zh-CN': zhCN });
