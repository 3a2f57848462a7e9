// A download's state.
import type { Translation } from '../translator.ts';
import type { download as en } from '../en/download.ts';

export const download: Translation<typeof en> = {
  starting: '正在开始下载…',
  running: '正在下载 {share}',
  paused: '已暂停',
  bytes: '{received} / {total}',
  pause: '暂停',
  resume: '继续',
  metered: '等待 Wi-Fi 或其他不计流量的网络：当前网络按流量计费。',
  anyway: '仍然下载',
  drop: '取消',
};
