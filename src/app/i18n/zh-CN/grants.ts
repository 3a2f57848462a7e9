// 对模型的权限。
import type { grants as en } from '../en/grants.ts';
import type { Translation } from '../translator.ts';

export const grants: Translation<typeof en> = {
  everyModel: '所有模型',
  grantInWords: '{model}：{rights}',
  read: '查看和下载',
  predict: '预测',
  write: '提交',
  promote: '移动别名',
  admin: '全部',
};
