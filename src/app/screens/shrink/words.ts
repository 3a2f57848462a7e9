// Shrink's translator.
import { shrink as en } from '../../i18n/en/shrink.ts';
import { translator } from '../../i18n/translator.ts';
import { shrink as zhCN } from '../../i18n/zh-CN/shrink.ts';

export const t = translator({ en, 'zh-CN': zhCN });
