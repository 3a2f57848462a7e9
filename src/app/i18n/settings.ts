// `t` of the screen settings.
import { settings as en } from './en/settings.ts';
import { translator } from './translator.ts';
import { settings as zhCN } from './zh-CN/settings.ts';

export const t = translator({ en, 'zh-CN': zhCN });
