// A model that a person brings, wherever it is dropped.
import type { brought as en } from '../en/brought.ts';
import type { Translation } from '../translator.ts';
import { adminImport } from './admin-import.ts';

export const brought: Translation<typeof en> = {
  ...adminImport,
  quantized: '权重原本以 {stored} 保存；这里是 FP32，会由它制作更小的版本。',
  oneRow: '这个图一次只计算一行：{inputs} 的第一维是 1。',
  machineImage: 'Teachable Machine 的图像模型：它看照片中间的正方形。',
  machinePose: 'Teachable Machine 的姿势模型：它需要 PoseNet 对照片的处理结果，而文件里没有 PoseNet。',
  machineAudio: 'Teachable Machine 的声音模型：它需要一秒钟的频谱图，由浏览器自带的分析器生成。',
  labelsLeftOut: '它的元数据有 {count} 个标签，但没有一个输出有这么宽。',
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
