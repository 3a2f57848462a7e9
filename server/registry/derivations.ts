// Which variants a version gets, by which recipe, and what each follows from: the same key is the same file, wherever and
// whenever it is made. Makes nothing.
import { documentDigest, type Json } from '../../src/core/artifact/canonical.ts';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import type { Digest } from '../../src/core/artifact/digest.ts';
import type { Manifest, Recipe } from '../../src/core/artifact/documents.ts';
import { maxBlockElements } from '../../src/core/passes/quantize-blocks.ts';
import { type Derivable, derivableSchema } from './derivable.ts';

/**
 * A smaller file is here in a moment, opens in a moment, and is nothing to choose an encoding for: of it there is int8
 * alone.
 */
export const minDerivedBytes = 256 * 2 ** 10;

/** Of one that is quantized already nothing is made. */
export function isDerivable({ variant }: { variant: string }): boolean {
  return variant === 'fp32';
}

/** The variants made of an authority by themselves. */
export function derivedFrom(authority: {
  variant: string;
  file: Pick<FileRef, 'bytes'>;
}): readonly Derivable[] {
  if (!isDerivable(authority)) return [];
  return authority.file.bytes < minDerivedBytes ? ['int8'] : derivableSchema.options;
}

/** Its scales may be those of the parent's variant. */
const pinnable: readonly Derivable[] = ['int8', 'int4'];

export function isPinnable(variant: Derivable): boolean {
  return pinnable.includes(variant);
}

/** @param pinned whether scales of the parent's variant were kept */
export function recipeOf(variant: Derivable, pinned: boolean): Recipe {
  const scales = pinned ? { scales: 'pinned' } : {};
  switch (variant) {
    case 'optimized':
      return { kind: 'optimize-graph', level: 'extended' };
    case 'fp16':
      return { kind: 'cast-weights', datatype: 'FP16' };
    case 'int8':
      return { kind: 'quantize-weights', bits: 8, perChannel: true, ...scales };
    case 'int4':
      return { kind: 'quantize-weights', bits: 4, blockElements: maxBlockElements, ...scales };
  }
}

export interface DerivationSource {
  readonly manifest: Manifest;
  readonly variant: Derivable;
  /** The parent's variant, whose scales may be kept; null where they are not. */
  readonly parent: FileRef | null;
  /** As variant documents name it. */
  readonly runtime: string;
}

/** Digest of all that the variant and its figures follow from: the file, the recipe, the runtime, what it is measured on. */
export function derivationKey({ manifest, variant, parent, runtime }: DerivationSource): Promise<Digest> {
  const { authority, artifacts, interface: face, labels } = manifest;
  return documentDigest({
    source: authority.file.digest,
    recipe: recipeOf(variant, parent !== null) as Json,
    parent: parent?.digest ?? null,
    runtime,
    measured: {
      dataset: artifacts.dataset && {
        digest: artifacts.dataset.file.digest,
        schema: artifacts.dataset.schema,
      },
      recorded: artifacts.recorded?.file.digest ?? null,
      face,
      labels,
    },
  });
}
