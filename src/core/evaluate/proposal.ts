// Whether a comparison is reason enough to propose the new version to others. Knows no words and no registry.
import type { Comparison } from './compare.ts';

/**
 * Fewer held-out rows than this propose nothing, whatever they say: McNemar's exact test calls 6 to 0 a difference, and on
 * so few rows these six are a whole session.
 */
export const heldOutToPropose = 20;

export type Proposal =
  /** It won, on rows enough. */
  | { readonly kind: 'propose' }
  /** It did not win. */
  | { readonly kind: 'not-better' }
  /** `missing` more held-out rows are needed before anything is proposed. */
  | { readonly kind: 'too-few'; readonly missing: number };

export function proposalOf({ parent, added, verdict }: Comparison): Proposal {
  const rows = (parent?.n ?? 0) + (added?.n ?? 0);
  if (rows < heldOutToPropose) return { kind: 'too-few', missing: heldOutToPropose - rows };
  return { kind: verdict === 'better' ? 'propose' : 'not-better' };
}
