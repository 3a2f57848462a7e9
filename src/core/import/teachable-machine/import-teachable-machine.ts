// What Teachable Machine exports for TensorFlow.js: a layers model with `metadata.json` beside it. Facts from
// @teachablemachine/image 0.8.5, src/custom-mobilenet.ts and src/utils/tf.ts, and tfjs speech-commands 0.5.4.
import { fitsLabels, interfaceOf } from '../../onnx/interface.ts';
import { inspectModel } from '../../onnx/inspect.ts';
import type { Imported, ImportFile } from '../imported.ts';
import { type PixelRange, withPixels } from '../pixels.ts';
import { importLayersModel } from '../tfjs-layers/import-layers-model.ts';
import { kindOfMetadata, readMetadata } from './metadata.ts';

/** byte / 127 − 1 (`capture` in utils/tf.ts), which takes white a little beyond 1. */
const pixelRange: PixelRange = [-1, 255 / 127 - 1];

const codes = { image: 'machineImage', pose: 'machinePose', audio: 'machineAudio' } as const;

/**
 * With labels, and the pixels' range where it takes images.
 * @throws HaversackError as `importLayersModel`
 */
export function importTeachableMachine(
  json: ImportFile,
  metadataFile: ImportFile,
  files: readonly ImportFile[],
): Imported {
  const layers = importLayersModel(json, files);
  const metadata = readMetadata(metadataFile);
  const kind = kindOfMetadata(metadata) ?? 'image';
  const named = metadata.labels ?? metadata.wordLabels ?? null;
  const inspection = inspectModel(layers.model);
  const fits = named !== null && fitsLabels(inspection, named);
  const labels = fits ? named : null;
  const face = interfaceOf(inspection, labels);
  return {
    ...layers,
    format: 'teachable-machine',
    interface: kind === 'image' ? (withPixels(face, pixelRange) ?? face) : face,
    labels,
    notes: [
      { code: codes[kind] },
      ...(named && !fits ? [{ code: 'labelsLeftOut', count: named.length } as const] : []),
      ...layers.notes,
    ],
  };
}
