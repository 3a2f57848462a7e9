// `t` of the fold that teaches last layers.
import { lastLayers as en } from './en/last-layers.ts';
import { translator } from './translator.ts';
import { lastLayers as zhCN } from './zh-CN/last-layers.ts';

export const t = translator({ en, 'zh-CN': zhCN });
