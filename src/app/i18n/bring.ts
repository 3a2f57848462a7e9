// `t` of models that are dropped on the Library.
import { bring as en } from './en/bring.ts';
import { translator } from './translator.ts';
import { bring as zhCN } from './zh-CN/bring.ts';

export const t = translator({ en, 'zh-CN': zhCN });
