// Words that every screen uses.
import type { Translation } from '../translator.ts';
import type { common as en } from '../en/common.ts';

export const common: Translation<typeof en> = {
  close: '关闭',
  cancel: '取消',
  dismiss: '收起',
  undo: '撤销',
  tryAgain: '重试',
  detail: '技术细节',
  copy: '复制细节',
  copied: '已复制。',
  copyRefused: '浏览器不允许复制。',
  remove: '移除',
  thisDevice: '本设备',
  loading: '正在载入…',
  use: '使用',
  teach: '教学',
  judge: '评判',
  shrink: '压缩',
  library: '模型库',
  collect: '汇集',
  admin: '管理',
  settings: '设置',
  version: '版本 {version}',
  versionShort: 'v{version}',
  accuracyOf: '{n} 个样本中答对 {share}（{low} 至 {high}）',
  accuracyOnSamples: '之后标注的 {n} 个样本中答对 {share}（{low} 至 {high}）',
  accuracyPlain: '答对 {share}',
  notMeasured: '未测量',
  yes: '是',
  no: '否',
};
