// The fold of New model in which the last layers of what sees are taught too.
import type { lastLayers as en } from '../en/last-layers.ts';
import type { Translation } from '../translator.ts';

export const lastLayers: Translation<typeof en> = {
  title: '同时教最后几层',
  what: '负责“看”的模型也会一起学习：从你的照片和它们的变化副本中学。用时更长，适合在它看来彼此相似的东西：手写字、小记号、色调。',
  needsFinish: '请先完成一次：这里教出的结果要与它比较。',
  mayChange: '副本中可以改变什么',
  flip: '左右翻转',
  flipHint: '不适合文字，也不适合分左右的东西。',
  crop: '更近、更远、偏离中央',
  rotate: '稍微旋转',
  colour: '不同的光线和色调',
  colourHint: '如果正是靠颜色深浅来区分，请不要选。',
  timing: '正在给几步真实的训练计时…',
  cost: '在这台设备上大约需要 {time}，也可能更短；模型的最后 {share} 会参与学习。',
  start: '开始教',
  looking: '正在看你的照片及其副本',
  learning: '正在学习',
  judging: '正在用它没学过的照片考它',
  starting: '正在启动…',
  left: '还剩 {time}',
  paused: '已暂停',
  pause: '暂停',
  resume: '继续',
  stop: '停止',
  better: '加上最后几层，{n} 张没学过的照片答对 {blocks} 张；只有分类头时是 {head} 张。模型现在已包含它们。',
  equal: '有没有最后几层，{n} 张没学过的照片都答对 {head} 张。模型现在已包含它们。',
  worse:
    '模型保持原样：{n} 张没学过的照片答对 {current} 张。重新教的话，加上最后几层答对 {blocks} 张，只有分类头时答对 {head} 张。',
  worseThanHead: '模型保持原样：{n} 张没学过的照片，只有分类头时答对 {head} 张，加上最后几层是 {blocks} 张。',
  finishWaits: '最后几层正在学习。请等它学完，或先停止，再重新完成。',
  again: '再教一次',
};
