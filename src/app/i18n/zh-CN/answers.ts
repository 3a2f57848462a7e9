// Settings: what this device answers other applications.
import type { Translation } from '../translator.ts';
import type { answers as en } from '../en/answers.ts';

export const answers: Translation<typeof en> = {
  title: '为其他应用作答',
  intro:
    '其他应用和页面可以像询问服务器一样，通过地址 {path} 询问这台设备上的模型。这样没有网络时它们也能继续工作。',
  who: '由谁作答',
  remoteFirst: '服务器优先，其次这台设备',
  remoteFirstHint: '问题会发给服务器。连不上服务器，或服务器太忙时，由这台设备作答。',
  localFirst: '这台设备优先，其次服务器',
  localFirstHint: '由这台设备用这里的版本作答。只有这里没有的模型才询问服务器。',
  localOnly: '仅这台设备',
  localOnlyHint: '无论应用怎样要求，它所问的内容都不会离开这台设备。这里没有的模型不作答。',
  active: '只要这个页面开着，就会为它们计算。',
  inactive: '尚未就绪：正在准备。下次打开应用时即可使用。',
  unable: '这个浏览器或窗口无法做到：没有 Service Worker。',
  sites: '可以嵌入它的网站',
  noSites: '没有。服务器的管理者可以指定（HAVERSACK_EMBED_ORIGINS）。',
  sitesUnknown: '未知：还没有连接过服务器。',
  asked: '由这台设备作答的',
  nobody: '还没有人询问过这台设备。',
  asker: '询问者',
  times: '次数',
  last: '最近',
  thisApp: '本应用',
  unknown: '未知',
  forget: '清空列表',
};
