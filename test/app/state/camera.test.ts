import { expect, onTestFinished, test, vi } from 'vitest';
import { createCamera, facingOf } from '../../../src/app/state/camera.ts';

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

test('a camera that is turned off while cameras are listed is let go of', async () => {
  const track = { stop: vi.fn(), addEventListener: vi.fn(), getSettings: () => ({}) };
  const stream = { getTracks: () => [track], getVideoTracks: () => [track] };
  let list: (devices: readonly unknown[]) => void = () => undefined;
  const listing = vi.fn(() => new Promise(resolve => (list = resolve)));
  vi.stubGlobal('document', { addEventListener: vi.fn(), visibilityState: 'visible' });
  vi.stubGlobal('navigator', {
    mediaDevices: { getUserMedia: () => Promise.resolve(stream), enumerateDevices: listing },
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const camera = createCamera();
  const started = camera.start();
  await expect.poll(() => listing.mock.calls.length).toBe(1);
  camera.dispose();
  list([]);
  expect(await started).toBe(false);
  expect(track.stop).toHaveBeenCalled();
  expect(camera.stream.value).toBe(null);
});
