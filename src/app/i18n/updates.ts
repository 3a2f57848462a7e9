// `t` of what is said of updates and of what waits to be sent: in Library, in Settings, above every screen.
import { updates as en } from './en/updates.ts';
import { translator } from './translator.ts';
import { updates as zhCN } from './zh-CN/updates.ts';

export const t = translator({ en, 'zh-CN': zhCN });
