import { expect, it } from 'vitest';
import { soundLength, soundWindows } from '../../../src/core/teach/sound-windows.ts';

const counting = (length: number) => Float32Array.from({ length }, (_, i) => i + 1);

it('cuts one second after another, each with memory of its own, and leaves the rest aside', () => {
  const given = counting(2 * soundLength + 15_999);
  const windows = soundWindows(given);
  expect(windows.map(window => [window.length, window[0], window.at(-1)])).toEqual([
    [soundLength, 1, 16_000],
    [soundLength, 16_001, 32_000],
  ]);
  expect(windows.every(({ buffer }) => buffer.byteLength === 4 * soundLength)).toBe(true);
});

it('puts what is shorter in the middle of silence', () => {
  const [window, ...others] = soundWindows(counting(1601));
  expect(others).toEqual([]);
  expect(window!.indexOf(1)).toBe(7199);
  expect(window!.filter(value => value !== 0)).toHaveLength(1601);
});

it('takes a second as it is, and nothing for less than a tenth', () => {
  expect(soundWindows(counting(soundLength))).toEqual([counting(soundLength)]);
  expect(soundWindows(counting(1599))).toEqual([]);
});
