// `t` of the screen judge.
import { judge as en } from './en/judge.ts';
import { translator } from './translator.ts';
import { judge as zhCN } from './zh-CN/judge.ts';

export const t = translator({ en, 'zh-CN': zhCN });
