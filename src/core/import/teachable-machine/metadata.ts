// `metadata.json`, which Teachable Machine puts beside a model. Facts from @teachablemachine/image 0.8.5,
// src/custom-mobilenet.ts, and tfjs speech-commands 0.5.4.
import { z } from '../../zod.ts';
import type { ImportFile } from '../imported.ts';
import { jsonOf } from '../json-of.ts';

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
export type Metadata = z.infer<typeof metadataSchema>;

/** Whether that file is the metadata that Teachable Machine puts beside a model. */
export function isTeachableMachineMetadata(file: ImportFile): boolean {
  if (!file.path.endsWith('metadata.json')) return false;
  try {
    const metadata = metadataSchema.safeParse(jsonOf(file));
    return metadata.success && kindOfMetadata(metadata.data) !== null;
  } catch {
    return false;
  }
}

/** Of a file that `isTeachableMachineMetadata` knows. */
export function readMetadata(file: ImportFile): Metadata {
  return metadataSchema.parse(jsonOf(file));
}

/** Null where Teachable Machine did not write it. */
export function kindOfMetadata({
  packageName,
  tmVersion,
  tfjsSpeechCommandsVersion,
  imageSize,
}: Metadata): 'image' | 'pose' | 'audio' | null {
  if (tfjsSpeechCommandsVersion !== undefined) return 'audio';
  if (packageName?.startsWith('@teachablemachine/')) return packageName.endsWith('/pose') ? 'pose' : 'image';
  return tmVersion !== undefined && imageSize !== undefined ? 'image' : null;
}
