// `t` of rights on models, which Admin gives and Settings shows.
import { grants as en } from './en/grants.ts';
import { translator } from './translator.ts';
import { grants as zhCN } from './zh-CN/grants.ts';

export const t = translator({ en, 'zh-CN': zhCN });
