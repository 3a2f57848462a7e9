// The drawing pad, and what chooses between it and a camera.
import type { drawing as en } from '../en/drawing.ts';
import type { Translation } from '../translator.ts';

export const drawing: Translation<typeof en> = {
  ways: '展示方式',
  draw: '画',
  drawing: '您画的内容',
  drawHere: '在这里画',
  undoStroke: '撤销',
  clearDrawing: '清除',
};
