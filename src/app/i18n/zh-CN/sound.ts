// Microphones and sounds, where something else is said of them than of cameras and photos.
import type { Translation } from '../translator.ts';
import type { sound as en } from '../en/sound.ts';

export const sound: Translation<typeof en> = {
  camera: '麦克风',
  turnOn: '打开麦克风',
  starting: '正在请求使用麦克风…',
  which: '使用哪个麦克风',
  nth: '麦克风 {n}',
  stays: '麦克风听到的内容只留在这台设备上。',
  insecure: '这里无法使用麦克风。',
  insecureWhy: '浏览器只向地址安全的页面提供麦克风。',
  insecureDo: '请通过 https 打开本应用，或从文件中选择声音。',
  denied: '未获准使用麦克风。',
  deniedWhy: '浏览器被告知不向此页面提供麦克风。',
  deniedDo: '请在页面地址旁允许使用后重试，或从文件中选择声音。',
  none: '没有找到麦克风。',
  noneWhy: '这台设备没有麦克风，或者麦克风没有接好。',
  noneDo: '请接好麦克风后重试，或从文件中选择声音。',
  busy: '麦克风正被占用。',
  busyDo: '请关闭正在使用麦克风的程序后重试，或从文件中选择声音。',
  unplugged: '麦克风不见了。',
  unpluggedDo: '请接好麦克风后重试，或从文件中选择声音。',
  failed: '麦克风没有启动。',
  failedDo: '请重试、换一个麦克风，或从文件中选择声音。',
  choosePhotosOf: '为“{name}”选择声音',
  choosePhoto: '选择声音',
  unreadable: {
    other: '有 {n} 个文件未能使用：无法播放、短于 0.1 秒，或超过 10 分钟或 10 MB（WAV 为 40 MB）。',
  },
  photos: { other: '{n} 秒' },
  photosOf: '“{name}”的声音，按回车键播放',
  nthPhoto: '第 {n} 秒',
};
