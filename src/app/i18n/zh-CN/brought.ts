// A model that a person brings, wherever it is dropped.
import type { brought as en } from '../en/brought.ts';
import type { Translation } from '../translator.ts';
import { adminImport } from './admin-import.ts';

export const brought: Translation<typeof en> = {
  ...adminImport,
  name: '模型名称',
  nameWrong: '1 到 64 个字符：a–z、0–9、“.”、“_”、“-”，首尾必须是字母或数字。',
  labels: '各类别的标签，按顺序',
  labelsHint: '每行一个，或用逗号分开。没有标签时，回答只是数字。',
  labelsMismatch: '模型的回答有 {classes} 个数字，而这里有 {n} 个标签。',
  note: '备注',
  noteHint: '给人看的一行说明。',
  inspecting: '正在查看 {name}…',
  another: '另选一个文件',
};
