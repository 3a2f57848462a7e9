// Thumbnails in a box that scrolls, a button that is held, and a camera that is there or is not.
import axe from 'axe-core';
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { afterEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/camera.css';
import { CameraTrouble, CameraView } from '../../../src/app/parts/camera-view.tsx';
import { Thumbnails } from '../../../src/app/parts/thumbnails.tsx';
import { RecordButton } from '../../../src/app/screens/new-model/record-button.tsx';
import { createCamera } from '../../../src/app/state/camera.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  vi.restoreAllMocks();
});
const find = <E extends Element>(selector: string): E => {
  const element = root.querySelector<E>(selector);
  if (!element) throw new Error(`nothing matches ${selector}`);
  return element;
};

const photos = Array.from({ length: 1000 }, (_, i) => `photo-${i}`);
const none = () => Promise.resolve(null);

function Many({ onRemove }: { readonly onRemove?: () => void }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return (
    <div style={{ width: '340px' }}>
      <Thumbnails
        label="Photos of cups"
        photos={photos}
        read={none}
        selected={selected}
        onSelect={setSelected}
        {...(onRemove ? { onRemove } : {})}
      />
      <output>{[...selected].sort().join(' ')}</output>
    </div>
  );
}

test('of a thousand photos a few dozen are in the page, and the last is reached by keys', async () => {
  render(<Many />, root);
  await expect.poll(() => root.querySelectorAll('.thumb').length).toBeGreaterThan(5);
  expect(root.querySelectorAll('.thumb').length).toBeLessThan(60);
  find<HTMLElement>('.thumbs').focus();
  await userEvent.keyboard('{End} ');
  await expect.poll(() => find('output').textContent).toBe('photo-999');
  expect(root.querySelectorAll('.thumb').length).toBeLessThan(60);
  const active = find('.thumbs').getAttribute('aria-activedescendant');
  await expect.poll(() => document.getElementById(active!)?.getAttribute('aria-posinset')).toBe('1000');
});

test('taps select and take back, shift selects what lies between, delete asks for their removal', async () => {
  const onRemove = vi.fn();
  render(<Many onRemove={onRemove} />, root);
  await expect.poll(() => root.querySelectorAll('.thumb').length).toBeGreaterThan(5);
  const thumb = (i: number) => root.querySelectorAll<HTMLElement>('.thumb')[i]!;
  thumb(1).click();
  await expect.poll(() => find('output').textContent).toBe('photo-1');
  thumb(3).dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }));
  await expect.poll(() => find('output').textContent).toBe('photo-1 photo-2 photo-3');
  thumb(2).click();
  await expect.poll(() => find('output').textContent).toBe('photo-1 photo-3');
  find<HTMLElement>('.thumbs').focus();
  await userEvent.keyboard('{Delete}');
  expect(onRemove).toHaveBeenCalledTimes(1);
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => find('output').textContent).toBe('');
  expect((await axe.run(root)).violations.map(({ id }) => id)).toEqual([]);
});

function Recording({ log }: { readonly log: string[] }) {
  const [on, setOn] = useState(false);
  const start = () => {
    log.push('start');
    setOn(true);
  };
  const stop = () => {
    log.push('stop');
    setOn(false);
  };
  return <RecordButton name="cup" isRecording={on} onStart={start} onStop={stop} />;
}

test('it records while the finger is down, wherever the finger goes, and while space is', async () => {
  const log: string[] = [];
  render(<Recording log={log} />, root);
  const button = find<HTMLElement>('.record-hold');
  // A made-up pointer cannot be captured.
  button.setPointerCapture = () => undefined;
  const pointer = (type: string) =>
    button.dispatchEvent(new PointerEvent(type, { bubbles: true, pointerId: 1, button: 0 }));
  pointer('pointerdown');
  expect(log).toEqual(['start']);
  await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true');
  pointer('pointerup');
  pointer('lostpointercapture');
  expect(log).toEqual(['start', 'stop']);
  button.focus();
  await userEvent.keyboard('{ >3/}');
  expect(log).toEqual(['start', 'stop', 'start', 'stop']);
});

test('for who cannot hold, one press starts and another stops', async () => {
  const log: string[] = [];
  render(<Recording log={log} />, root);
  const latch = root.querySelectorAll<HTMLElement>('button')[1]!;
  latch.click();
  await expect.poll(() => latch.getAttribute('aria-pressed')).toBe('true');
  latch.click();
  expect(log).toEqual(['start', 'stop']);
});

/** A picture that a canvas gives: this browser has no camera. */
function pictures(): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 48;
  canvas.getContext('2d')?.fillRect(0, 0, 64, 48);
  return canvas.captureStream(10);
}

test('a camera plays once it is turned on, and is let go of when it is turned off', async () => {
  const stream = pictures();
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValue(stream);
  const camera = createCamera();
  const videos: (HTMLVideoElement | null)[] = [];
  const onVideo = (video: HTMLVideoElement | null) => videos.push(video);
  render(<CameraView camera={camera} onVideo={onVideo} />, root);
  find<HTMLElement>('.camera-off .button').click();
  await expect.poll(() => videos.at(-1)).toBe(find('video'));
  find<HTMLElement>('.camera-switch .button').click();
  await expect.poll(() => videos.at(-1)).toBe(null);
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
  camera.dispose();
});

test.each([
  ['NotAllowedError', 'The camera was not allowed.'],
  ['NotFoundError', 'No camera was found.'],
  ['NotReadableError', 'The camera is taken.'],
])('%s: what, why and what to do are said, and it can be tried again', async (name, said) => {
  const ask = vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockRejectedValue(new DOMException('', name));
  const camera = createCamera();
  render(<CameraTrouble camera={camera} />, root);
  expect(await camera.start()).toBe(false);
  await expect.poll(() => root.querySelector('[role=alert]')?.textContent).toContain(said);
  expect(root.querySelectorAll('[role=alert] span').length).toBe(2);
  find<HTMLElement>('[role=alert] button').click();
  await expect.poll(() => ask.mock.calls.length).toBe(2);
  camera.dispose();
});

test('a camera that comes after the screen is gone is let go of at once', async () => {
  const stream = pictures();
  let give: (stream: MediaStream) => void = () => undefined;
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockReturnValue(
    new Promise(resolve => {
      give = resolve;
    }),
  );
  const camera = createCamera();
  const starting = camera.start();
  camera.dispose();
  give(stream);
  expect(await starting).toBe(false);
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
});
