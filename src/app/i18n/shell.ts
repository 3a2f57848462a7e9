// `t` of the shell around the screens.
import { shell as en } from './en/shell.ts';
import { translator } from './translator.ts';
import { shell as zhCN } from './zh-CN/shell.ts';

export const t = translator({ en, 'zh-CN': zhCN });
