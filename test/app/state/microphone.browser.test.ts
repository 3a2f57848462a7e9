// A microphone that hears a tone made here, through the real audio thread: at 16 kHz, without gaps, and let go of.
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMicrophone } from '../../../src/app/state/microphone.ts';
import { quietest } from '../../../src/app/state/sound-stream.ts';
import { soundLength, soundRate } from '../../../src/core/teach/sound-windows.ts';
import { loudness, microphoneHearsTone, toneHz } from '../tone-microphone.ts';

afterEach(() => void vi.restoreAllMocks());

async function hearing() {
  const { ask, stream } = await microphoneHearsTone();
  const microphone = createMicrophone();
  onTestFinished(microphone.dispose);
  return { microphone, ask, stream };
}

/** The frequency that a sound without gaps would have, by how often it changes its sign. */
function frequencyOf(samples: Float32Array): number {
  let changes = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 !== samples[i]! < 0) changes++;
  return (changes * soundRate) / (2 * (samples.length - 1));
}

/** How far a sine is from going on as it did: 2 cos ω · x[n] − x[n − 1] is x[n + 1]. */
function worstStep(samples: Float32Array): number {
  const turn = 2 * Math.cos((2 * Math.PI * toneHz) / soundRate);
  let worst = 0;
  for (let i = 1; i + 1 < samples.length; i++) {
    worst = Math.max(worst, Math.abs(turn * samples[i]! - samples[i - 1]! - samples[i + 1]!));
  }
  return worst;
}

async function hearsTheTone(microphone: ReturnType<typeof createMicrophone>): Promise<void> {
  expect(microphone.lastSecond()).toBe(null);
  expect(await microphone.start()).toBe(true);
  // The first second has the tone's beginning in it: it is awaited that it is heard throughout.
  await expect
    .poll(() => worstStep(microphone.lastSecond() ?? new Float32Array([0, 1, 0])))
    .toBeLessThan(0.01);
  const second = microphone.lastSecond()!;
  expect(second.length).toBe(soundLength);
  expect(frequencyOf(second)).toBeCloseTo(toneHz, -1);
  expect(Math.max(...second)).toBeCloseTo(loudness, 1);
  expect(microphone.level.value).toBeCloseTo(20 * Math.log10(loudness) - 3.01, 0);
}

test('it hears the last second at 16 kHz, as it sounds, and how loud it is', async () => {
  const { microphone, ask } = await hearing();
  await hearsTheTone(microphone);
  const wanted = ask.mock.calls[0]?.[0]?.audio;
  expect(wanted).toMatchObject({
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
  });
});

test('where the browser brings no microphone to 16 kHz, the listener does', async () => {
  const { microphone } = await hearing();
  const original = AudioContext.prototype.createMediaStreamSource;
  vi.spyOn(AudioContext.prototype, 'createMediaStreamSource').mockImplementation(function (
    this: AudioContext,
    stream: MediaStream,
  ) {
    if (this.sampleRate === soundRate) throw new DOMException('another rate', 'NotSupportedError');
    return original.call(this, stream);
  });
  await hearsTheTone(microphone);
});

test('whole seconds are recorded one after another, without a gap', async () => {
  const { microphone } = await hearing();
  await hearsTheTone(microphone);
  const seconds: Float32Array[] = [];
  const end = microphone.record(second => seconds.push(second));
  // On a machine under load the tone itself may falter: two seconds of it that did not are enough.
  const lastTwo = (): Float32Array => {
    const [before, after] = seconds.slice(-2);
    if (!before || !after) return new Float32Array([0, 1, 0]);
    return Float32Array.from([...before, ...after]);
  };
  await expect.poll(() => worstStep(lastTwo()), { interval: 200 }).toBeLessThan(0.01);
  expect(lastTwo().length).toBe(2 * soundLength);
  end();
});

test('turned off, everything is let go of, and what was recorded ends', async () => {
  const { microphone, stream } = await hearing();
  const closed = vi.spyOn(AudioContext.prototype, 'close');
  await microphone.start();
  await expect.poll(() => microphone.lastSecond()).not.toBe(null);
  const seconds: Float32Array[] = [];
  microphone.record(second => seconds.push(second));
  microphone.stop();
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
  expect(closed).toHaveBeenCalled();
  expect([microphone.lastSecond(), microphone.level.value]).toEqual([null, quietest]);
  expect(seconds).toEqual([]);
});

test('one whose listener does not load is no microphone, and is let go of', async () => {
  const { microphone, stream } = await hearing();
  vi.spyOn(AudioWorklet.prototype, 'addModule').mockRejectedValue(new DOMException('', 'AbortError'));
  expect(await microphone.start()).toBe(false);
  expect(microphone.problem.value).toBe('failed');
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
});

/** As in Firefox where no sound can come out: it never runs, and nothing is said of it. */
class NeverRunning extends AudioContext {
  constructor(options?: AudioContextOptions) {
    super(options);
    void this.suspend();
  }
  override resume(): Promise<void> {
    return new Promise(() => undefined);
  }
}

/** A microphone whose audio thread never begins, while the clock is the test's. */
async function neverHearing() {
  const { microphone, stream } = await hearing();
  vi.stubGlobal('AudioContext', NeverRunning);
  onTestFinished(() => void vi.unstubAllGlobals());
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  expect(await microphone.start()).toBe(true);
  return { microphone, stream };
}

test('one whose audio thread never begins is let go of, and said not to have started', async () => {
  const { microphone, stream } = await neverHearing();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([microphone.problem.value, microphone.stream.value]).toEqual(['failed', null]);
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
});

test('where the browser waits for a tap before sound runs, that is no failure, until there was one', async () => {
  const tapped = vi.spyOn(UserActivation.prototype, 'hasBeenActive', 'get').mockReturnValue(false);
  const { microphone, stream } = await neverHearing();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([microphone.problem.value, microphone.stream.value]).toEqual([null, stream]);
  tapped.mockReturnValue(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([microphone.problem.value, microphone.stream.value]).toEqual(['failed', null]);
});

test('a browser that does not tell of taps is not waited for', async () => {
  vi.spyOn(Navigator.prototype, 'userActivation', 'get').mockReturnValue(undefined as never);
  const { microphone } = await neverHearing();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(microphone.problem.value).toBe('failed');
});

/** The context of a microphone that hears. */
async function heardBy(microphone: ReturnType<typeof createMicrophone>) {
  const resumed = vi.spyOn(AudioContext.prototype, 'resume');
  await hearsTheTone(microphone);
  return { context: resumed.mock.contexts.at(-1) as AudioContext, resumed };
}

test('held up, it forgets what it heard, goes on by itself, and what is recorded has no gap', async () => {
  const { microphone } = await hearing();
  const { context } = await heardBy(microphone);
  const seconds: Float32Array[] = [];
  microphone.record(second => seconds.push(second));
  const forgot = vi.fn();
  const unlisten = microphone.level.subscribe(level => {
    if (level === quietest && microphone.lastSecond() === null) forgot();
  });
  await context.suspend();
  await expect.poll(() => forgot.mock.calls.length).toBeGreaterThan(0);
  unlisten();
  await expect
    .poll(() => worstStep(seconds.at(-1) ?? new Float32Array([0, 1, 0])), { interval: 200 })
    .toBeLessThan(0.01);
  expect([context.state, microphone.problem.value]).toEqual(['running', null]);
});

test('where it stays held up, it is let go of and said to be taken', async () => {
  const { microphone, stream } = await hearing();
  const { context, resumed } = await heardBy(microphone);
  resumed.mockRejectedValue(new DOMException('', 'InvalidStateError'));
  await context.suspend();
  await expect.poll(() => microphone.problem.value, { timeout: 15_000 }).toBe('busy');
  expect([microphone.stream.value, microphone.lastSecond(), microphone.level.value]).toEqual([
    null,
    null,
    quietest,
  ]);
  expect(stream.getTracks().map(track => track.readyState)).toEqual(['ended']);
});
