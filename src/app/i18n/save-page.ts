// `t` of saving a model as a page.
import { savePage as en } from './en/save-page.ts';
import { translator } from './translator.ts';
import { savePage as zhCN } from './zh-CN/save-page.ts';

export const t = translator({ en, 'zh-CN': zhCN });
