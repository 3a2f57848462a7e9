import { expect, test } from 'vitest';
import { facingOf, problemOf } from '../../../src/app/state/camera.ts';

test.each([
  ['NotAllowedError', 'denied'],
  ['SecurityError', 'denied'],
  ['NotFoundError', 'none'],
  ['NotReadableError', 'busy'],
  ['TypeError', 'failed'],
] as const)('%s from the browser is said as %s', (name, problem) => {
  expect(problemOf(new DOMException('', name))).toBe(problem);
});

test('what is no DOMException is a failure without a reason', () => {
  expect(problemOf(new TypeError('no'))).toBe('failed');
});

test.each([
  ['camera2 0, facing back', 'environment'],
  ['Rear Camera', 'environment'],
  ['FaceTime HD Camera', 'user'],
  ['Front Camera', 'user'],
  ['Logitech BRIO', null],
  ['Backlight USB', null],
] as const)('a camera called "%s" looks %s', (label, facing) => {
  expect(facingOf(label)).toBe(facing);
});
