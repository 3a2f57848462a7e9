// `t` of what this device answers other applications.
import { answers as en } from './en/answers.ts';
import { translator } from './translator.ts';
import { answers as zhCN } from './zh-CN/answers.ts';

export const t = translator({ en, 'zh-CN': zhCN });
