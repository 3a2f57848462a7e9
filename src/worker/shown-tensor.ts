// What a project is shown or asked, as an embedder takes it.
import { readWav } from '../core/data/wav.ts';
import { HaversackError } from '../core/errors.ts';
import { assertSecond, soundLength, soundRate } from '../core/teach/sound-windows.ts';
import { rowOfBytes } from '../core/teach/row-bytes.ts';
import { float32, type Tensor } from '../core/tensor.ts';
import { photoOfFile, photoOfPixels } from './project-photo.ts';
import type { Row, Shown, Sound } from './protocol.ts';

/** What an embedder takes. `side`: photos serve it no better when they are wider and higher. */
export type Taken =
  | { readonly kind: 'photo'; readonly side: number }
  | { readonly kind: 'sound' }
  | { readonly kind: 'row'; readonly columns: number };

/** @param file of an example @throws HaversackError `InputInvalid` for one that this browser does not read */
export async function shownTensor(file: Blob, taken: Taken): Promise<Tensor> {
  if (taken.kind === 'photo') return photoOfFile(file, taken.side);
  if (taken.kind === 'row') return rowTensor(rowOfBytes(await file.arrayBuffer()), taken.columns);
  const sound = readWav(new Uint8Array(await file.arrayBuffer()), soundRate);
  if (!sound) throw new HaversackError('InputInvalid', `a sound that is no WAV file of ${soundRate} Hz`);
  return soundTensor(sound);
}

/** @throws HaversackError `InputInvalid` for something of another kind or of another size, and for samples that are no numbers */
export function askedTensor(shown: Shown, taken: Taken): Tensor {
  const areNumbers = shown instanceof Float32Array;
  if (areNumbers && taken.kind === 'sound') return soundTensor(shown);
  if (areNumbers && taken.kind === 'row') return rowTensor(shown, taken.columns);
  if (!areNumbers && taken.kind === 'photo') return photoOfPixels(shown, taken.side);
  throw new HaversackError('InputInvalid', `what was given is no ${taken.kind}`);
}

/** FP32 [1, soundLength]. @throws HaversackError as `assertSecond` */
function soundTensor(sound: Sound): Tensor {
  assertSecond(sound);
  return float32([1, soundLength], sound);
}

/** FP32 [1, columns]. @throws HaversackError `InputInvalid` for another length, and naming the first that is no finite number */
function rowTensor(row: Row, columns: number): Tensor {
  if (row.length !== columns) {
    throw new HaversackError('InputInvalid', `a row is ${columns} numbers, not ${row.length}`);
  }
  const at = row.findIndex(value => !Number.isFinite(value));
  if (at >= 0) {
    throw new HaversackError(
      'InputInvalid',
      `number ${at + 1} of ${columns} is ${row[at]}, and no finite number`,
    );
  }
  return float32([1, columns], row);
}
