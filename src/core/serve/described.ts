// What a model's metadata says beyond the protocol, in its `parameters` (MLServer gives the same place to extensions): what
// inputs mean, how an answer is decided, and the labels. So a client of `/v2` alone, with no registry in sight, can take named
// features and pictures. The protocol's parameters are not nested: each value is JSON in a string.
import { interfaceSchema } from '../artifact/interface.ts';
import { describedInterface, describedLabels, type ModelMetadata } from '../protocol/messages.ts';
import { z } from '../zod.ts';
import type { Description } from './service.ts';

export function describedMetadata(metadata: ModelMetadata, description: Description | null): ModelMetadata {
  if (!description) return metadata;
  return {
    ...metadata,
    parameters: {
      ...metadata.parameters,
      [describedInterface]: JSON.stringify(description.interface),
      ...(description.labels && { [describedLabels]: JSON.stringify(description.labels) }),
    },
  };
}

const labelsSchema = z.array(z.string());

/** Null where the server says nothing of the kind, or not so that it can be read: then there is the protocol alone. */
export function readDescription({ parameters }: ModelMetadata): Description | null {
  const said = interfaceSchema.safeParse(parsed(parameters?.[describedInterface]));
  if (!said.success) return null;
  const labels = labelsSchema.safeParse(parsed(parameters?.[describedLabels]));
  return { interface: said.data, labels: labels.success ? labels.data : null };
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
