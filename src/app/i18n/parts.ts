// `t` of the parts that more than one screen uses: the drawing pad and the forms.
import { parts as en } from './en/parts.ts';
import { translator } from './translator.ts';
import { parts as zhCN } from './zh-CN/parts.ts';

export const t = translator({ en, 'zh-CN': zhCN });
