// New model taught by sounds, with the real store and a microphone before which a tone sounds.
import { render } from 'preact';
import { afterEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/camera.css';
import '../../../src/app/styles/new-model.css';
import { bringFiles } from '../../../src/app/screens/new-model/bring-in.ts';
import { bringingNow } from '../../../src/app/screens/new-model/bringing.ts';
import type { Teaching } from '../../../src/app/state/project.ts';
import { writeWav } from '../../../src/core/data/wav.ts';
import { soundRate } from '../../../src/core/teach/sound-windows.ts';
import { listExamples } from '../../../src/device/examples.ts';
import { createProject } from '../../../src/device/projects.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { microphoneHearsTone } from '../tone-microphone.ts';
import { showTeaching } from './shown-teaching.tsx';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  vi.restoreAllMocks();
});

async function shown() {
  const { db } = await freshDB();
  const made = await createProject(db, { kind: 'sound', model: 'claps', labels: ['clap', 'snap'] });
  const teaching = await showTeaching(root, db, made.id);
  const examples = () => listExamples(db, made.id);
  return { examples, teaching };
}

function find(selector: string): HTMLElement {
  const element = root.querySelector<HTMLElement>(selector);
  if (!element) throw new Error(`nothing matches ${selector} in:\n${root.innerText}`);
  return element;
}

/** Chirps of a pitch of their own, so that no two files are alike. */
function soundFile(name: string, seconds: number, pitch: number): File {
  const samples = Float32Array.from({ length: seconds * soundRate }, (_, i) => {
    const time = i / soundRate;
    return 0.4 * Math.sin(2 * Math.PI * (pitch + 90 * time) * time) * Math.abs(Math.sin(9 * time));
  });
  return new File([writeWav(samples, soundRate)], name, { type: 'audio/wav' });
}

/** As the system's choice of files gives them. */
function give(files: readonly File[]): void {
  const data = new DataTransfer();
  for (const file of files) data.items.add(file);
  const input = root.querySelector<HTMLInputElement>('.class-card input[type=file]')!;
  expect(input.accept).toBe('audio/*');
  input.files = data.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

test('sounds from files are cut into seconds, a recording each, and what is no sound is said', async () => {
  const { examples } = await shown();
  const noise = new File(['no sound'], 'c.mp3', { type: 'audio/mpeg' });
  give([soundFile('a.wav', 2.5, 300), soundFile('b.wav', 1, 1500), noise]);
  await expect.poll(async () => (await examples()).length).toBe(3);
  await expect
    .poll(() => root.querySelector('.toasts')?.textContent)
    .toContain('3 seconds brought in. 1 file was not taken: no sound that plays here, shorter than 0.1 s');
  const recordings = (await examples()).map(({ recording }) => recording);
  expect(new Set(recordings).size).toBe(2);
});

test('a long sound is stopped between two of its seconds', async () => {
  const { examples, teaching } = await shown();
  const { id } = teaching.project.value.classes[0]!;
  const stopping: Teaching = {
    ...teaching,
    add: async (...given) => {
      bringingNow.peek()!.stop();
      return teaching.add(...given);
    },
  };
  await bringFiles(stopping, id, [{ file: soundFile('a.wav', 8, 300), path: 'a.wav' }]);
  expect(await examples()).toHaveLength(1);
});

test('a second is heard when it is tapped, and by Enter', async () => {
  await shown();
  give([soundFile('a.wav', 2, 300)]);
  const started = vi.spyOn(AudioBufferSourceNode.prototype, 'start');
  await expect.poll(() => root.querySelectorAll('.thumb').length).toBe(2);
  find('.thumb').click();
  await expect.poll(() => started.mock.contexts.length).toBe(1);
  expect((started.mock.contexts[0] as AudioBufferSourceNode).buffer?.duration).toBe(1);
  expect(find('.thumb').getAttribute('aria-selected')).toBe('true');
  find('.thumbs').focus();
  await userEvent.keyboard('{ArrowRight}{Enter}');
  await expect.poll(() => started.mock.contexts.length).toBe(2);
});

test('held for a moment once the microphone hears, it records one whole second', async () => {
  await microphoneHearsTone();
  const { examples } = await shown();
  find('.camera-off button').click();
  await expect.poll(() => root.querySelector('.meter')).not.toBe(null);
  find('.record-hold').focus();
  await userEvent.keyboard('{Enter}');
  await expect.poll(async () => (await examples()).map(({ source }) => source)).toEqual(['microphone']);
  await expect.poll(() => find('.record-hold').getAttribute('aria-pressed')).toBe('false');
});

test('what records ten seconds is ended by another tap, and counts meanwhile', async () => {
  await microphoneHearsTone();
  const { examples } = await shown();
  const ten = find('[aria-label="Record 10 s of clap"]');
  ten.click();
  await expect.poll(() => find('.record-hold').textContent).toMatch(/Recording… [1-9] s/);
  ten.click();
  await expect.poll(() => ten.getAttribute('aria-pressed')).toBe('false');
  await expect.poll(async () => (await examples()).length).toBeGreaterThan(0);
  expect((await examples()).length).toBeLessThan(10);
});

test('the screen stays on from the first tap until what was recorded is learnt', async () => {
  await microphoneHearsTone();
  const held = { now: 0, ever: 0 };
  vi.spyOn(navigator.wakeLock, 'request').mockImplementation(() => {
    held.now++;
    held.ever++;
    const release = () => {
      held.now--;
      return Promise.resolve();
    };
    return Promise.resolve({ release } as WakeLockSentinel);
  });
  const { examples } = await shown();
  expect(held.ever).toBe(0);
  const ten = find('[aria-label="Record 10 s of clap"]');
  ten.click();
  await expect.poll(() => held.now).toBe(1);
  await expect.poll(async () => (await examples()).length).toBeGreaterThan(0);
  ten.click();
  await expect.poll(() => held.now).toBe(0);
});

test('a microphone that is not allowed is said in three lines, and nothing is recorded', async () => {
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockRejectedValue(new DOMException('', 'NotAllowedError'));
  const { examples } = await shown();
  find('[aria-label="Record 10 s of clap"]').click();
  await expect
    .poll(() => root.querySelector('[role=alert]')?.textContent)
    .toContain('The microphone was not allowed.');
  expect(find('[aria-label="Record 10 s of clap"]').getAttribute('aria-pressed')).toBe('false');
  expect(await examples()).toEqual([]);
});
