// What Teach says of the hosts that were timed, in both languages.
import { render } from 'preact';
import { afterEach, expect, test } from 'vitest';
import { chooseLanguage } from '../../../src/app/i18n/language.ts';
import { Timings } from '../../../src/app/screens/teach/timings.tsx';
import type { HostTiming } from '../../../src/core/train/choose-host.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  chooseLanguage('system');
});

const wasm: HostTiming = {
  provider: 'wasm',
  threads: 1,
  captured: false,
  stepMs: 20.4,
  failure: null,
  givenUpMs: null,
};
const gpu: HostTiming = { ...wasm, provider: 'webgpu', stepMs: null };

test.each([
  ['en', 'WebAssembly, 1 thread 20 ms a step · WebGPU given up after 3 sec · WebGPU, recorded not usable'],
  ['zh-CN', 'WebAssembly（1 个线程） 每步 20 毫秒 · WebGPU 等了 3秒后放弃 · WebGPU（录制） 不可用'],
] as const)('%s: what took how long, what was given up, what failed', (spoken, wanted) => {
  chooseLanguage(spoken);
  const timings = [
    wasm,
    { ...gpu, givenUpMs: 3140 },
    { ...gpu, captured: true, failure: 'its loss in step 1 is 2' },
  ];
  render(<Timings timings={timings} />, root);
  expect(root.textContent.replaceAll('\u00a0', ' ')).toContain(wanted);
});
