// `t` of the screen New model.
import { newModel as en } from './en/new-model.ts';
import { translator } from './translator.ts';
import { newModel as zhCN } from './zh-CN/new-model.ts';

export const t = translator({ en, 'zh-CN': zhCN });
