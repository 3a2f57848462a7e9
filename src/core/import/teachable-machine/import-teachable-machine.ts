// What Teachable Machine exports for TensorFlow.js: a layers model with `metadata.json` beside it. Facts from
// @teachablemachine/image 0.8.5, src/custom-mobilenet.ts and src/utils/tf.ts, and tfjs speech-commands 0.5.4.
import type { InputInterface, ModelInterface } from '../../artifact/interface.ts';
import { fitsLabels, interfaceOf } from '../../onnx/interface.ts';
import { inspectModel } from '../../onnx/inspect.ts';
import { z } from '../../zod.ts';
import type { Imported, ImportFile } from '../imported.ts';
import { importLayersModel } from '../tfjs-layers/import-layers-model.ts';
import { jsonOf } from '../tfjs-layers/model-json.ts';

const labelsSchema = z.array(z.string().max(256)).min(1).max(10_000);

const metadataSchema = z.looseObject({
  packageName: z.string().optional(),
  tmVersion: z.string().optional(),
  tfjsSpeechCommandsVersion: z.string().optional(),
  labels: labelsSchema.optional(),
  /** Of sounds. */
  wordLabels: labelsSchema.optional(),
  imageSize: z.number().int().positive().optional(),
});
type Metadata = z.infer<typeof metadataSchema>;

/** byte / 127 − 1 (`capture` in utils/tf.ts), which takes white a little beyond 1. */
const pixelRange: [number, number] = [-1, 255 / 127 - 1];

const notesOfKind = {
  image: 'An image model of Teachable Machine: it sees the middle square of a photo.',
  pose: 'A pose model of Teachable Machine: it takes what PoseNet makes of a photo, which is not part of the file.',
  audio:
    'A sound model of Teachable Machine: it takes a spectrogram of one second, which the browser’s own analyser made.',
} as const;

/** Whether that file is the metadata that Teachable Machine puts beside a model. */
export function isTeachableMachineMetadata(file: ImportFile): boolean {
  if (!file.path.endsWith('metadata.json')) return false;
  try {
    const metadata = metadataSchema.safeParse(jsonOf(file));
    return metadata.success && kindOf(metadata.data) !== null;
  } catch {
    return false;
  }
}

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
  const metadata = metadataSchema.parse(jsonOf(metadataFile));
  const kind = kindOf(metadata) ?? 'image';
  const named = metadata.labels ?? metadata.wordLabels ?? null;
  const inspection = inspectModel(layers.model);
  const fits = named !== null && fitsLabels(inspection, named);
  const labels = fits ? named : null;
  const face = interfaceOf(inspection, labels);
  return {
    ...layers,
    format: 'teachable-machine',
    interface: kind === 'image' ? withPixels(face) : face,
    labels,
    notes: [
      notesOfKind[kind],
      ...(named && !fits ? [`Its metadata has ${named.length} labels, which no output is as wide as.`] : []),
      ...layers.notes,
    ],
  };
}

function kindOf({ packageName, tmVersion, tfjsSpeechCommandsVersion, imageSize }: Metadata) {
  if (tfjsSpeechCommandsVersion !== undefined) return 'audio';
  if (packageName?.startsWith('@teachablemachine/')) return packageName.endsWith('/pose') ? 'pose' : 'image';
  return tmVersion !== undefined && imageSize !== undefined ? 'image' : null;
}

function withPixels(face: ModelInterface): ModelInterface {
  const pixels = (input: InputInterface): InputInterface => ({
    ...input,
    meaning: { kind: 'image', layout: 'NHWC', range: pixelRange, preparation: 'pixels', names: null },
  });
  return { ...face, inputs: face.inputs.map(pixels) };
}
