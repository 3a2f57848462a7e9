// From a file of sound to samples as they are learnt from.
import { readWav, wavSeconds } from '../core/data/wav.ts';
import { HaversackError } from '../core/errors.ts';
import { assertHeard, soundRate } from '../core/teach/sound-windows.ts';

/** So much is decoded at once, in bytes of the file and in seconds: an hour would take more memory than phones have. */
const mostBytes = 40 * 2 ** 20;
const mostSeconds = 600;
/** How long a coded file plays is only known once it is decoded, and then it has its memory: of music these are ten minutes. */
const mostCodedBytes = 10 * 2 ** 20;

/** Of the Web Audio API, as far as it is used: workers have none, and their types none of it. */
interface Decoder {
  decodeAudioData(file: ArrayBuffer): Promise<{
    readonly length: number;
    readonly numberOfChannels: number;
    getChannelData(channel: number): Float32Array;
  }>;
}
type DecoderClass = new (channels: number, length: number, rate: number) => Decoder;

/**
 * A WAV file that `prepareSound` wrote comes back as it was; everything else as this browser decodes it, the mean of its
 * channels, brought to `soundRate`.
 * @returns mono at `soundRate`
 * @throws HaversackError `InputInvalid` for what this browser does not read as sound, and for samples that are no numbers;
 * `TooLarge` for more than ten minutes, 10 MiB, or 40 MiB of a file whose samples lie in it as they are: told by its header,
 * before it is decoded
 */
export async function decodeSound(file: Blob): Promise<Float32Array<ArrayBuffer>> {
  assertBytes(file.size, mostBytes);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const told = wavSeconds(bytes);
  if (told === null) assertBytes(file.size, mostCodedBytes);
  else assertSeconds(told);
  const samples = readWav(bytes, soundRate) ?? (await decoded(bytes.buffer));
  assertSeconds(samples.length / soundRate);
  assertHeard(samples);
  return samples;
}

function assertBytes(bytes: number, most: number): void {
  if (bytes <= most) return;
  throw new HaversackError('TooLarge', `a sound of ${bytes} bytes, at most ${most} of its kind are read`);
}

function assertSeconds(seconds: number): void {
  if (seconds <= mostSeconds) return;
  throw new HaversackError(
    'TooLarge',
    `${Math.ceil(seconds)} seconds, at most ${mostSeconds} are read at once`,
  );
}

async function decoded(file: ArrayBuffer): Promise<Float32Array<ArrayBuffer>> {
  const { OfflineAudioContext } = globalThis as unknown as { readonly OfflineAudioContext?: DecoderClass };
  if (!OfflineAudioContext) throw new HaversackError('InputInvalid', 'no sound is decoded here');
  try {
    const sound = await new OfflineAudioContext(1, 1, soundRate).decodeAudioData(file);
    const mono = new Float32Array(sound.length);
    for (let channel = 0; channel < sound.numberOfChannels; channel++) {
      const values = sound.getChannelData(channel);
      for (let i = 0; i < mono.length; i++) mono[i]! += values[i]! / sound.numberOfChannels;
    }
    return mono;
  } catch (error) {
    throw new HaversackError('InputInvalid', `no sound that this browser reads: ${String(error)}`, {
      cause: error,
    });
  }
}
