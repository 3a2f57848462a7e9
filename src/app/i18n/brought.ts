// `t` of models that a person brings.
import { brought as en } from './en/brought.ts';
import { translator } from './translator.ts';
import { brought as zhCN } from './zh-CN/brought.ts';

export const t = translator({ en, 'zh-CN': zhCN });
