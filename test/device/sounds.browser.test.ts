// Sounds in the store: what is kept of a second, how files become seconds, and how a project of them goes out and comes back.
import { unzipSync, zipSync } from 'fflate';
import { expect, onTestFinished, test, vi } from 'vitest';
import { fingerprintDistance } from '../../src/core/data/fingerprint.ts';
import { parseTable } from '../../src/core/data/table.ts';
import { readWav, writeWav } from '../../src/core/data/wav.ts';
import type { Database } from '../../src/device/db.ts';
import { decodeSound } from '../../src/device/decode-sound.ts';
import { moveExamples } from '../../src/device/example-moves.ts';
import { addExamples, listExamples, readExampleFile, readThumbnails } from '../../src/device/examples.ts';
import { exportProject } from '../../src/device/export-project.ts';
import { importExamples } from '../../src/device/import-examples.ts';
import { prepareSeconds, prepareSound } from '../../src/device/prepare-sound.ts';
import { builtInEmbedder } from '../../src/device/project-schemas.ts';
import { chooseEmbedder, createProject, readProject } from '../../src/device/projects.ts';
import { type Signal, signalOf } from '../core/teach/sounds.ts';
import { freshDB } from './fresh-db.ts';
import { keptPhoto } from './photos.ts';

const rate = 16_000;

async function soundProject(db: Database, names: readonly Signal[], each: number): Promise<string> {
  const { id, classes } = await createProject(db, { model: 'sounds', labels: names, kind: 'sound' });
  for (const [place, name] of names.entries()) {
    const recording = crypto.randomUUID();
    for (let nth = 0; nth < each; nth++) {
      const shown = await prepareSound(signalOf(name, nth));
      const at = new Date(Date.UTC(2026, 0, 1, 0, 0, 60 * place + nth));
      await addExamples(db, id, [{ class: classes[place]!.id, shown, recording, source: 'microphone', at }]);
    }
  }
  return id;
}

test('a second is kept as a WAV file to the bit, with a picture that is light where it is loud', async () => {
  const sound = Float32Array.from(
    { length: rate },
    (_, n) => 0.3 * Math.sin((2 * Math.PI * 1000 * n) / rate),
  );
  const kept = await prepareSound(sound);
  expect(kept).toMatchObject({ mediaType: 'audio/wav', width: 98, height: 64 });
  expect(kept.bytes).toEqual(writeWav(sound, rate));
  expect(kept.bytes).toHaveLength(32_044);
  const picture = await createImageBitmap(new Blob([kept.thumbnail], { type: 'image/jpeg' }));
  expect([picture.width, picture.height]).toEqual([128, 128]);
  const context = new OffscreenCanvas(128, 128).getContext('2d')!;
  context.drawImage(picture, 0, 0);
  const light = (row: number) => Math.max(...context.getImageData(64, row, 1, 1).data.subarray(0, 3));
  // The 20th band from below, of 64.
  expect(light(Math.round(128 * (1 - 19.5 / 64)))).toBeGreaterThan(180);
  expect(light(10)).toBeLessThan(40);
});

test('steady sounds have fingerprints that tell them apart, and that hold when they are moved and louder', async () => {
  const tone = (hertz: number, gain: number, phase: number) =>
    prepareSound(
      Float32Array.from(
        { length: rate },
        (_, n) => gain * Math.sin((2 * Math.PI * hertz * n) / rate + phase),
      ),
    );
  const [one, same, other] = await Promise.all([tone(700, 0.2, 0), tone(700, 0.3, 2), tone(1900, 0.2, 0)]);
  expect(fingerprintDistance(one.fingerprint, same.fingerprint)).toBeLessThanOrEqual(4);
  expect(fingerprintDistance(one.fingerprint, other.fingerprint)).toBeGreaterThan(8);
});

test('what is no second is refused, and so is what is not finite', async () => {
  await expect(prepareSound(new Float32Array(15_999))).rejects.toMatchObject({ code: 'InputInvalid' });
  const oneIsNone = new Float32Array(rate);
  oneIsNone[7] = NaN;
  await expect(prepareSound(oneIsNone)).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: 'sample 7 of 16000 of the sound is NaN, and no finite number',
  });
});

test('a project of sounds has what is built in, takes no photos, and one of photos takes no sounds', async () => {
  const { db } = await freshDB();
  const sounds = await createProject(db, { model: 'sounds', labels: ['a'], kind: 'sound' });
  const photos = await createProject(db, { model: 'photos', labels: ['a'] });
  expect(sounds).toMatchObject({ kind: 'sound', embedder: builtInEmbedder });
  expect(photos).toMatchObject({ kind: 'photo', embedder: null });
  const of = (project: typeof sounds) => ({
    class: project.classes[0]!.id,
    recording: crypto.randomUUID(),
    source: 'file' as const,
  });
  const [photo, sound] = await Promise.all([keptPhoto(1), prepareSound(signalOf('beep', 1))]);
  const refused = { code: 'InputInvalid' };
  await expect(addExamples(db, sounds.id, [{ ...of(sounds), shown: photo }])).rejects.toMatchObject(refused);
  await expect(addExamples(db, photos.id, [{ ...of(photos), shown: sound }])).rejects.toMatchObject(refused);
  await expect(chooseEmbedder(db, photos.id, builtInEmbedder)).rejects.toMatchObject(refused);
  const { examples } = await addExamples(db, sounds.id, [{ ...of(sounds), shown: sound }]);
  const file = await readExampleFile(db, examples[0]!.id);
  expect([file!.type, new Uint8Array(await file!.arrayBuffer())]).toEqual(['audio/wav', sound.bytes]);
  expect((await readThumbnails(db, [examples[0]!.id])).size).toBe(1);
});

test('a project from before there were sounds is one of photos', async () => {
  const { db } = await freshDB();
  const { kind: _, ...before } = await createProject(db, { model: 'photos', labels: ['a'] });
  await db.put('projects', before as never);
  expect((await readProject(db, before.id)).kind).toBe('photo');
});

test('seconds of one recording are held out from the fifth on', async () => {
  const { db } = await freshDB();
  const id = await soundProject(db, ['hiss', 'beep'], 10);
  const examples = await listExamples(db, id);
  for (const { id: of } of (await readProject(db, id)).classes) {
    const parts = examples.filter(each => each.class === of).map(({ part }) => part);
    expect(parts.slice(0, 4)).toEqual(['train', 'train', 'train', 'train']);
    expect(parts.filter(part => part === 'test').length).toBeGreaterThanOrEqual(1);
  }
});

/** A fan: its blades and their overtones, a little louder from second to second. */
function fan(nth: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rate }, (_, n) => {
    const overtones = [1, 2, 3, 5, 8, 13, 21].map(of => Math.sin((2 * Math.PI * 180 * of * n) / rate) / of);
    return (0.1 + 0.001 * nth) * overtones.reduce((sum, value) => sum + value, 0);
  });
}

test('of a sound that does not change whole recordings are held out; the same file twice is one', async () => {
  const { db } = await freshDB();
  const { id, classes } = await createProject(db, { model: 'fans', labels: ['fan'], kind: 'sound' });
  const given = Array.from({ length: 20 }, async (_, nth) => ({
    class: classes[0]!.id,
    shown: await prepareSound(fan(nth)),
    recording: `00000000-0000-4000-8000-00000000000${Math.floor(nth / 5)}`,
    source: 'microphone' as const,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, nth)),
  }));
  const seconds = await Promise.all(given);
  const [first] = seconds;
  for (const { shown } of seconds.slice(1)) {
    expect(fingerprintDistance(shown.fingerprint, first!.shown.fingerprint)).toBeLessThanOrEqual(4);
  }
  for (const second of seconds) await addExamples(db, id, [second]);
  const parts = (await listExamples(db, id)).map(({ part }) => part);
  expect(parts).toEqual([0, 1, 2, 3].flatMap(nth => Array<string>(5).fill(nth === 1 ? 'test' : 'train')));
  const again = await addExamples(db, id, [{ ...first!, recording: crypto.randomUUID(), source: 'file' }]);
  expect(again).toMatchObject({ known: 1, leftOut: 0 });
  expect(await listExamples(db, id)).toHaveLength(20);
});

test('what nearly is a second of its own recording lies in its part, also when it is said anew', async () => {
  const { db } = await freshDB();
  const { id, classes } = await createProject(db, { model: 'sounds', labels: ['a', 'b'], kind: 'sound' });
  const recording = crypto.randomUUID();
  const add = async (place: number, nth: number, part: 'train' | 'test', of = recording) => {
    const given = { class: classes[place]!.id, recording: of, source: 'microphone' as const, part };
    const { examples } = await addExamples(db, id, [{ ...given, shown: await prepareSound(fan(nth)) }]);
    return examples[0]!.id;
  };
  await add(0, 1, 'train');
  const [same, other] = [await add(1, 2, 'test'), await add(1, 3, 'test', crypto.randomUUID())];
  const to = classes[0]!.id;
  const { before, removed } = await moveExamples(db, [
    { id: same, class: to },
    { id: other, class: to },
  ]);
  expect(before.map(each => each.id)).toEqual([other]);
  expect(removed.map(({ example }) => example.id)).toEqual([same]);
});

/** 32-bit floats of two channels, as no second is kept. */
function stereoWav(left: Float32Array, right: Float32Array, sampleRate: number): Uint8Array<ArrayBuffer> {
  const header = writeWav(new Float32Array(4 * left.length), sampleRate);
  const view = new DataView(header.buffer);
  const [float, channels, bits] = [3, 2, 32];
  view.setUint16(20, float, true);
  view.setUint16(22, channels, true);
  view.setUint32(28, sampleRate * 8, true);
  view.setUint16(32, 8, true);
  view.setUint16(34, bits, true);
  left.forEach((value, i) => {
    view.setFloat32(44 + 8 * i, value, true);
    view.setFloat32(48 + 8 * i, right[i]!, true);
  });
  return header;
}

test('other files are decoded by the browser: one channel, 16,000 samples a second', async () => {
  const samples = Float32Array.from(
    { length: 44_100 },
    (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / 44_100),
  );
  const file = stereoWav(samples, new Float32Array(44_100), 44_100);
  const decoded = await decodeSound(new Blob([file]));
  expect(decoded).toHaveLength(rate);
  const loudest = decoded.subarray(2000, 14_000).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(loudest).toBeCloseTo(0.25, 2);
  const crossings = decoded.filter((value, i) => i > 0 && value >= 0 && decoded[i - 1]! < 0).length;
  expect(Math.abs(crossings - 440)).toBeLessThanOrEqual(2);
  await expect(decodeSound(new Blob(['no sound']))).rejects.toMatchObject({ code: 'InputInvalid' });
});

test('samples that are no numbers are refused as such, whatever else is in the file', async () => {
  const samples = new Float32Array(rate).fill(0.1);
  samples[100] = Infinity;
  await expect(decodeSound(new Blob([stereoWav(samples, samples, rate)]))).rejects.toMatchObject({
    code: 'InputInvalid',
    detail: expect.stringMatching(/^sample \d+ of 16000 of the sound is .*no finite number$/) as unknown,
  });
});

test('what is too long or too large is refused before it is decoded', async () => {
  const decode = vi.spyOn(OfflineAudioContext.prototype, 'decodeAudioData');
  onTestFinished(() => decode.mockRestore());
  // 8 bits at 8 kHz: eleven minutes are five million bytes.
  const long = writeWav(new Float32Array(330 * 8000), 8000);
  const view = new DataView(long.buffer);
  view.setUint16(32, 1, true);
  view.setUint16(34, 8, true);
  await expect(decodeSound(new Blob([long]))).rejects.toMatchObject({
    code: 'TooLarge',
    detail: '660 seconds, at most 600 are read at once',
  });
  const coded = new Blob([new Uint8Array(10 * 2 ** 20 + 1)]);
  await expect(decodeSound(coded)).rejects.toMatchObject({ code: 'TooLarge' });
  await expect(decodeSound(new Blob([new Uint8Array(40 * 2 ** 20 + 1)]))).rejects.toMatchObject({
    code: 'TooLarge',
  });
  expect(decode).not.toHaveBeenCalled();
});

test('a long sound that is brought in is stopped between two seconds', async () => {
  const { db } = await freshDB();
  const { id } = await createProject(db, { model: 'sounds', kind: 'sound' });
  const stopped = new AbortController();
  const { convertToBlob } = OffscreenCanvas.prototype;
  const pictures = vi.spyOn(OffscreenCanvas.prototype, 'convertToBlob').mockImplementation(function (
    this: OffscreenCanvas,
    ...given
  ) {
    stopped.abort();
    return convertToBlob.apply(this, given);
  });
  onTestFinished(() => pictures.mockRestore());
  const zip = zipSync({ 'fan/long.wav': writeWav(new Float32Array(5 * rate), rate) });
  const bringing = importExamples(db, id, new Blob([zip]), { signal: stopped.signal });
  await expect(bringing).rejects.toMatchObject({ code: 'Aborted' });
  expect(pictures).toHaveBeenCalledTimes(1);
  expect(await listExamples(db, id)).toEqual([]);
});

test('a project of sounds becomes a zip of WAV files with labels, and comes back with its parts; twice is once', async () => {
  const { db } = await freshDB();
  const from = await soundProject(db, ['clap', 'rising'], 6);
  const zip = await exportProject(db, from);
  const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
  const table = parseTable(new TextDecoder().decode(files['labels.csv']));
  expect(table.rows).toHaveLength(12);
  for (const [path] of table.rows) {
    expect(path).toMatch(/^(clap|rising)\/[0-9a-f]{32}\.wav$/);
    expect(readWav(files[path!]!, rate)).toHaveLength(rate);
  }
  const { id } = await createProject(db, { model: 'again', kind: 'sound' });
  expect(await importExamples(db, id, zip)).toMatchObject({
    added: 12,
    known: 0,
    leftOut: 0,
    unreadable: [],
  });
  const summary = async (project: string) => {
    const { classes } = await readProject(db, project);
    const labels = new Map(classes.map(each => [each.id, each.label]));
    const rows = await listExamples(db, project);
    return rows
      .map(each => `${labels.get(each.class)} ${each.part} ${each.recording} ${each.fingerprint}`)
      .sort();
  };
  expect(await summary(id)).toEqual(await summary(from));
  expect(await importExamples(db, id, zip)).toMatchObject({ added: 0, known: 12 });
});

test('a zip with a folder a class: long files become seconds of one recording, what is no sound is told', async () => {
  const { db } = await freshDB();
  const { id } = await createProject(db, { model: 'sounds', kind: 'sound' });
  const long = new Float32Array(3.5 * rate);
  for (const nth of [0, 1, 2]) long.set(signalOf('falling', nth), nth * rate);
  const zip = zipSync({
    'all/falling/long.wav': writeWav(long, rate),
    'all/hiss/short.wav': writeWav(signalOf('hiss', 1).subarray(0, 4000), rate),
    'all/hiss/broken.wav': new Uint8Array(100),
    'all/hiss/click.wav': writeWav(new Float32Array(10), rate),
    'all/hiss/photo.jpg': new Uint8Array(100),
  });
  const brought = await importExamples(db, id, new Blob([zip]));
  expect(brought).toMatchObject({ added: 4, unreadable: ['all/hiss/broken.wav', 'all/hiss/click.wav'] });
  const { classes } = await readProject(db, id);
  const examples = await listExamples(db, id);
  const falling = classes.find(({ label }) => label === 'falling')!.id;
  const seconds = examples.filter(each => each.class === falling);
  expect(seconds).toHaveLength(3);
  expect(new Set(seconds.map(({ recording }) => recording)).size).toBe(1);
  expect(await prepareSeconds(long)).toHaveLength(3);
});
