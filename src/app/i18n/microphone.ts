// `t` of microphones.
import { microphone as en } from './en/microphone.ts';
import { translator } from './translator.ts';
import { microphone as zhCN } from './zh-CN/microphone.ts';

export const t = translator({ en, 'zh-CN': zhCN });
