import { expect, it } from 'vitest';
import { importNoteText } from '../../../src/core/import/notes.ts';

it('says its facts in English', () => {
  expect(importNoteText({ code: 'quantized', stored: 'uint8' })).toMatch(/^Weights were stored as uint8;/);
  expect(importNoteText({ code: 'oneRow', inputs: ['x', 'y'] })).toContain("dimension of 'x', 'y' is 1.");
  expect(importNoteText({ code: 'machinePose' })).toMatch(/PoseNet/);
  expect(importNoteText({ code: 'labelsLeftOut', count: 2 })).toMatch(/has 2 labels/);
});
