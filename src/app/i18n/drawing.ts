// `t` of the drawing pad.
import { drawing as en } from './en/drawing.ts';
import { translator } from './translator.ts';
import { drawing as zhCN } from './zh-CN/drawing.ts';

export const t = translator({ en, 'zh-CN': zhCN });
