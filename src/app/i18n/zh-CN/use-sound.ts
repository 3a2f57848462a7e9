// Sounds in the screen Use, where it says of photos something else.
import type { Translation } from '../translator.ts';
import type { useSound as en } from '../en/use-sound.ts';

export const useSound: Translation<typeof en> = {
  waiting: '打开麦克风或选择声音，答案就会出现在这里。',
  shutter: '定住这一秒',
  next: '继续听',
  held: '定住的一秒',
  becomesExample: '轻点一下，这一秒声音就作为可供学习的示例保存在这台设备上。',
  becomesRecord: '轻点一下，这个答案就连同您的说明保存在这台设备上。',
  keepHint: '连同时间，保存在这台设备的“记录”中。声音本身不会保存在那里。',
  collectUnsure: '保存它不确定的声音的答案',
  collectUnsureHint: '它们会在“记录”中等候，不带声音。',
};
