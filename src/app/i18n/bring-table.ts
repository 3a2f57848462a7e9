// `t` of bringing tables into a new model.
import { bringTable as en } from './en/bring-table.ts';
import { translator } from './translator.ts';
import { bringTable as zhCN } from './zh-CN/bring-table.ts';

export const t = translator({ en, 'zh-CN': zhCN });
