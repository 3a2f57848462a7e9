// A model as a page that runs it alone.
import type { savePage as en } from '../en/save-page.ts';
import type { Translation } from '../translator.ts';

export const savePage: Translation<typeof en> = {
  savePage: '另存为网页',
  save: '保存',
  what: '一个压缩包，其中的网页单独运行这个模型：从磁盘打开，或放到任意网站上，不需要本应用、服务器或网络。',
  licence: '模型的许可',
  licenceHint: '显示在网页上。不清楚时请留空。',
  whoever: '得到网页的人也就得到了模型。照片和样本都不会随之带走。',
  saved: '已保存：{name}',
};
