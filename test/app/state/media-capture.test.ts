import { expect, onTestFinished, test, vi } from 'vitest';
import { createCamera } from '../../../src/app/state/camera.ts';
import { problemOf } from '../../../src/app/state/media-capture.ts';

test.each([
  ['NotAllowedError', 'denied'],
  ['SecurityError', 'denied'],
  ['NotFoundError', 'none'],
  ['OverconstrainedError', 'none'],
  ['NotReadableError', 'busy'],
  ['TypeError', 'failed'],
] as const)('%s from the browser is said as %s', (name, problem) => {
  expect(problemOf(new DOMException('', name))).toBe(problem);
});

test('what is no DOMException is a failure without a reason', () => {
  expect(problemOf(new TypeError('no'))).toBe('failed');
});

/** A camera that runs, with what the browser says of it; `end` ends its track. @param readyState of its track */
async function running(readyState: MediaStreamTrackState = 'live') {
  const says = { permission: 'granted', devices: ['a'] };
  let end: () => void = () => undefined;
  const track = {
    readyState,
    stop: vi.fn(),
    addEventListener: (_type: string, listener: () => void) => (end = listener),
    getSettings: () => ({ deviceId: 'a' }),
  };
  const stream = { getTracks: () => [track], getVideoTracks: () => [track] };
  let changed: () => void = () => undefined;
  const page = {
    addEventListener: (_type: string, listener: () => void) => (changed = listener),
    visibilityState: 'visible',
  };
  const see = (visibilityState: 'visible' | 'hidden'): void => {
    page.visibilityState = visibilityState;
    changed();
  };
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', {
    permissions: { query: async () => ({ state: says.permission }) },
    mediaDevices: {
      getUserMedia: async () => stream,
      enumerateDevices: async () =>
        says.devices.map(deviceId => ({ kind: 'videoinput', deviceId, label: '' })),
    },
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const camera = createCamera();
  onTestFinished(camera.dispose);
  expect(await camera.start()).toBe(readyState === 'live');
  return { camera, says, track, see, end: () => end() };
}

test.each([
  ['taken back by the system', {}, 'busy'],
  ['not allowed any more', { permission: 'denied', devices: [''] }, 'denied'],
  ['to be asked for again', { permission: 'prompt', devices: [''] }, 'denied'],
  ['pulled out', { devices: [] }, 'unplugged'],
] as const)('one that is %s while it runs is told as such', async (_, change, problem) => {
  const { camera, says, end } = await running();
  Object.assign(says, change);
  end();
  expect(camera.stream.value).toBe(null);
  await expect.poll(() => camera.problem.value).toBe(problem);
});

test('one that ended while it was taken up does not run, and is told as such', async () => {
  const { camera, track } = await running('ended');
  expect([camera.stream.value, camera.starting.value, track.stop.mock.calls.length]).toEqual([
    null,
    false,
    1,
  ]);
  await expect.poll(() => camera.problem.value).toBe('busy');
});

test('why one ended is not said of the one that was started since', async () => {
  const { camera, says, end } = await running();
  Object.assign(says, { devices: [] });
  end();
  Object.assign(says, { devices: ['a'] });
  expect(await camera.start()).toBe(true);
  expect(camera.problem.value).toBe(null);
});

test('a page that is hidden lets go of it, and takes it again once it is seen', async () => {
  const { camera, track, see } = await running();
  see('hidden');
  expect([camera.stream.value, track.stop.mock.calls.length]).toEqual([null, 1]);
  see('visible');
  await expect.poll(() => camera.stream.value).not.toBe(null);
});

test('what was turned off stays off when the page is seen again', async () => {
  const { camera, see } = await running();
  camera.stop();
  see('hidden');
  see('visible');
  expect([camera.starting.value, camera.stream.value]).toEqual([false, null]);
});
