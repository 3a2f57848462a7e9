// An exported page, which runs one model alone.
import type { page as en } from '../en/page.ts';
import type { Translation } from '../translator.ts';

export const page: Translation<typeof en> = {
  opening: '正在打开模型…',
  answer: '答案',
  waiting: '答案会出现在这里。',
  give: '要问它的内容',
  another: '换一张图片',
  unreadable: '这不是可以显示的照片。',
  unreadableWhy: '浏览器无法读取这个文件，或文件超过 40 MB。',
  unreadableDo: '请选择 JPEG 或 PNG 文件。',
  anotherSound: '换一段声音',
  unreadableSound: '这不是可以提问的声音。',
  unreadableSoundWhy: '这个文件无法播放、短于 0.1 秒，或超过 10 分钟或 10 MB（WAV 为 40 MB）。',
  unreadableSoundDo: '请选择 WAV 或 MP3 文件。',
  hearsNot: '从磁盘打开的网页无法使用麦克风。请选择声音文件，或把这个文件夹放到网站上。',
  about: '关于这个模型',
  version: '版本',
  unnumbered: '尚未进入注册中心',
  made: '制作时间',
  weights: '权重',
  licence: '许可',
  licenceUnsaid: '未说明',
  dataLicence: '其数据的许可',
  stays: '全部在本页中计算。您给它的内容不会离开这台设备。',
  missing: '这个页面缺少一个文件。',
  missingWhy: '{file} 不在页面旁边、不完整，或属于另一个版本。',
  missingDo: '请把整个压缩包解压到同一个文件夹，再打开其中的 index.html。如在网站上，请上传全部文件后刷新。',
  failed: '无法运行这个模型。',
  failedDo: '请重新加载页面；如仍不行，请用较新的浏览器（Chrome、Edge、Firefox、Safari）打开。',
};
