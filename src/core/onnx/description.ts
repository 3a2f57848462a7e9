// What a model file says of itself beyond its graph: the names of its columns and classes, in ONNX's metadata_props.
import { create } from '@bufbuild/protobuf';
import { StringStringEntryProtoSchema } from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { z } from '../zod.ts';
import { readModel } from './read.ts';
import { writeModel } from './write.ts';

export interface Description {
  /** One a number of a sample; null where nobody said. */
  readonly features: readonly string[] | null;
  /** One a class. */
  readonly labels: readonly string[] | null;
}

const names = z.array(z.string().max(256)).max(65_536);
const keys = { features: 'haversack.features', labels: 'haversack.labels' } as const;

/** The same file with these names; those that are null are left as they are. */
export function describeModel(file: Bytes, description: Description): Bytes {
  const model = readModel(file);
  for (const [part, key] of Object.entries(keys) as [keyof Description, string][]) {
    const value = description[part];
    if (!value) continue;
    model.metadataProps = model.metadataProps.filter(entry => entry.key !== key);
    model.metadataProps.push(create(StringStringEntryProtoSchema, { key, value: JSON.stringify(value) }));
  }
  return writeModel(model);
}

/** What is not a list of names, someone else wrote: it counts as not said. */
export function descriptionOf(file: Bytes): Description {
  const entries = new Map(readModel(file).metadataProps.map(({ key, value }) => [key, value]));
  return { features: namesIn(entries.get(keys.features)), labels: namesIn(entries.get(keys.labels)) };
}

function namesIn(text: string | undefined): string[] | null {
  if (text === undefined) return null;
  try {
    return names.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
