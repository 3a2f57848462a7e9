// What a client knows of a model: the protocol's metadata, and what a Haversack server says beyond it in `parameters`. Read by hand,
// and leniently: what is not understood is as if it had not been said.
import {
  describedInterface,
  describedLabels,
  type MetadataTensor,
  type ModelMetadata,
} from '../core/protocol/messages.ts';
import { clientError } from './client-error.ts';

export interface Meaning {
  readonly kind: 'features' | 'image';
  readonly names: readonly string[] | null;
  readonly layout: 'NCHW' | 'NHWC';
  readonly range: readonly [number, number];
  readonly preparation: 'cell-counts' | 'pixels';
}

export interface DescribedInput extends MetadataTensor {
  readonly meaning: Meaning | null;
}

export interface Described {
  readonly metadata: ModelMetadata;
  readonly inputs: readonly DescribedInput[];
  /** Whether the server decides, when it is asked to. */
  readonly decides: boolean;
  readonly labels: readonly string[] | null;
}

interface SaidInterface {
  readonly inputs?: readonly { readonly name: string; readonly meaning: Meaning | null }[];
  readonly decision?: unknown;
}

export function describe(metadata: ModelMetadata): Described {
  const said = json<SaidInterface>(metadata, describedInterface);
  return {
    metadata,
    inputs: metadata.inputs.map(input => ({
      ...input,
      meaning: said?.inputs?.find(({ name }) => name === input.name)?.meaning ?? null,
    })),
    decides: Boolean(said?.decision),
    labels: json<readonly string[]>(metadata, describedLabels),
  };
}

/** @throws ClientError `Internal` where an answer has not the form of a model's metadata */
export function toMetadata(value: unknown): ModelMetadata {
  const metadata = Object(value) as Partial<ModelMetadata>;
  if (typeof metadata.name !== 'string')
    throw clientError('Internal', 'the answer is no metadata of a model');
  // Some engines leave out what nobody told them.
  const { name, platform = '', inputs = [], outputs = [] } = metadata;
  return { ...metadata, name, platform, inputs, outputs };
}

function json<T>({ parameters }: ModelMetadata, name: string): T | null {
  try {
    return JSON.parse(String(parameters?.[name])) as T;
  } catch {
    return null;
  }
}
