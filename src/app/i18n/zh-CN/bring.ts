// A model file that is dropped on the Library.
import type { bring as en } from '../en/bring.ts';
import type { Translation } from '../translator.ts';

export const bring: Translation<typeof en> = {
  title: '来自 {name} 的模型',
  refused: '{name} 在这里无法使用',
  facts: '{bytes} · {n} 个参数',
  nameHint: '由您决定；发送时还可以更改。',
  nameHere: '这台设备上已有同名模型，请换一个名称。',
  nameTaken: '注册中心已有同名模型：在这里可以使用，发送时需要换一个名称。',
  nameFree: '这台设备上的新模型。',
  keep: '保存在这台设备上',
  keeping: '正在运行一次并保存…',
  keepingFirst: '未接收 {name}：一次只保存一个模型。等这个保存好后，请再拖入一次。',
  kept: '{name} 已在这台设备上。',
  stays: '在您从“评判”发送之前，它只留在这台设备上。',
};
