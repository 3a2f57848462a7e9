// Sounds, as far as a test can make them: each somewhere in its second, near or far, in a room that is never quite still.
import { type Random, seededRandom } from '../../src/core/data/random.ts';
import { soundLength, soundRate } from '../../src/core/teach/sound-windows.ts';

export interface SoundSet {
  readonly name: string;
  readonly classes: readonly string[];
  /** A second. The nth of a class is the same wherever it is made. */
  readonly soundOf: (label: number, nth: number) => Float32Array<ArrayBuffer>;
}

/** Adds the sound to a second of silence, at about full scale. */
type DrawSound = (sound: Float64Array, label: number, random: Random) => void;

function drawnSet({ draw, ...set }: Omit<SoundSet, 'soundOf'> & { readonly draw: DrawSound }): SoundSet {
  return { ...set, soundOf: (label, nth) => inRoom(draw, label, nth) };
}

function inRoom(draw: DrawSound, label: number, nth: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(1 + label + 1000 * nth);
  const drawn = new Float64Array(soundLength);
  draw(drawn, label, random);
  const gain = decibels(-30 + 24 * random.uniform());
  const room = decibels(-62 + 14 * random.uniform());
  let rumble = 0;
  return Float32Array.from(drawn, value => {
    // More of it in low tones, as rooms have it.
    rumble = 0.9 * rumble + noise(random);
    return Math.max(-1, Math.min(1, gain * value + room * (0.6 * rumble + 0.6 * noise(random))));
  });
}

function decibels(value: number): number {
  return 10 ** (value / 20);
}

/** White, of deviation 1. */
function noise(random: Random): number {
  return Math.sqrt(3) * between(random, -1, 1);
}

function between(random: Random, from: number, to: number): number {
  return from + (to - from) * random.uniform();
}

/** Up in a hundredth of a second, down in another. @param at from 0 over the length, in seconds */
function envelope(at: number, length: number): number {
  const edge = 0.01;
  return Math.max(0, Math.min(1, at / edge, (length - at) / edge));
}

/** A voice of changing pitch, in hertz by seconds from its start; lasts for so many seconds somewhere in the second. */
function glide(sound: Float64Array, random: Random, length: number, pitch: (at: number) => number): void {
  const start = between(random, 0, 1 - length);
  const overtones = Array.from({ length: 3 }, () => 0.4 * random.uniform());
  let phase = 0;
  for (let n = 0; n < length * soundRate; n++) {
    const at = n / soundRate;
    phase += (2 * Math.PI * pitch(at)) / soundRate;
    const wave = overtones.reduce(
      (sum, share, i) => sum + share * Math.sin((i + 2) * phase),
      Math.sin(phase),
    );
    const place = Math.floor(start * soundRate) + n;
    if (place < sound.length) sound[place]! += 0.6 * envelope(at, length) * wave;
  }
}

/** A knock on something that rings, or a clap: noise that dies away. */
function clap(sound: Float64Array, random: Random, at: number, seconds: number): void {
  const start = Math.floor(at * soundRate);
  let last = 0;
  const dark = between(random, 0.1, 0.5);
  for (let n = 0; start + n < sound.length && n < 6 * seconds * soundRate; n++) {
    last = dark * last + noise(random);
    sound[start + n]! += 0.8 * last * Math.exp(-n / (seconds * soundRate));
  }
}

const signals = drawnSet({
  name: 'signals',
  classes: ['beep', 'rising', 'falling', 'hiss', 'clap', 'nothing'],
  draw: (sound, label, random) => {
    const length = between(random, 0.3, 0.8);
    const [low, high] = [between(random, 300, 700), between(random, 1200, 3000)];
    const beep = between(random, 400, 3000);
    if (label === 0) glide(sound, random, length, () => beep);
    if (label === 1) glide(sound, random, length, at => low * (high / low) ** (at / length));
    if (label === 2) glide(sound, random, length, at => high * (low / high) ** (at / length));
    if (label === 3) hiss(sound, random, length);
    if (label === 4) clap(sound, random, between(random, 0, 0.85), between(random, 0.01, 0.05));
  },
});

function hiss(sound: Float64Array, random: Random, length: number): void {
  const start = Math.floor(between(random, 0, 1 - length) * soundRate);
  let last = 0;
  for (let n = 0; n < length * soundRate; n++) {
    const next = noise(random);
    sound[start + n]! += 0.3 * envelope(n / soundRate, length) * (next - 0.7 * last);
    last = next;
  }
}

/** How often it claps: what a mean over the second does not tell. */
const rhythms = drawnSet({
  name: 'rhythms',
  classes: ['once', 'twice', 'three times', 'four times'],
  draw: (sound, label, random) => {
    const step = between(random, 0.14, 0.22);
    const start = between(random, 0.02, 0.95 - step * label - 0.05);
    const ring = between(random, 0.01, 0.03);
    for (let i = 0; i <= label; i++) clap(sound, random, start + i * step, ring);
  },
});

/**
 * First three formants in hertz, of men (G. E. Peterson and H. L. Barney, "Control Methods Used in a Study of the Vowels", JASA
 * 24, 1952, table II: /i ɛ ɑ ɔ u/).
 */
const formants = [
  [270, 2290, 3010],
  [530, 1840, 2480],
  [730, 1090, 2440],
  [570, 840, 2410],
  [300, 870, 2240],
] as const;

const vowels = drawnSet({
  name: 'vowels',
  classes: ['heed', 'head', 'hod', 'hawed', 'who’d'],
  draw: (sound, label, random) => {
    const length = between(random, 0.35, 0.9);
    const start = Math.floor(between(random, 0, 1 - length) * soundRate);
    const voice = voiced(Math.floor(length * soundRate), random);
    // Of short and long throats.
    const size = between(random, 0.95, 1.2);
    const filtered = formants[label]!.reduce(
      (signal, hertz) => resonated(signal, hertz * size * between(random, 0.96, 1.04)),
      voice,
    );
    const most = filtered.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    filtered.forEach((value, n) => {
      sound[start + n]! += (envelope(n / soundRate, length) * value) / most;
    });
  },
});

/** Pulses of a throat, with a breath in them. */
function voiced(length: number, random: Random): Float64Array {
  const [pitch, bend] = [between(random, 90, 260), between(random, -0.2, 0.2)];
  let [phase, low] = [0, 0];
  return Float64Array.from({ length }, (_, n) => {
    phase += (pitch * (1 + (bend * n) / length)) / soundRate;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    low = 0.96 * low + pulse + 0.01 * noise(random);
    return low;
  });
}

/** A resonance of 90 Hz width: y(n) = x(n) + 2 r cos θ y(n − 1) − r² y(n − 2). */
function resonated(signal: Float64Array, hertz: number): Float64Array {
  const r = Math.exp((-Math.PI * 90) / soundRate);
  const b = 2 * r * Math.cos((2 * Math.PI * hertz) / soundRate);
  let [y1, y2] = [0, 0];
  return signal.map(x => {
    const y = x * (1 - r) + b * y1 - r * r * y2;
    [y2, y1] = [y1, y];
    return y;
  });
}

export const soundSets: readonly SoundSet[] = [signals, rhythms, vowels];
