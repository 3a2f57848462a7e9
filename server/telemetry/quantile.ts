// A quantile out of a histogram's buckets, as Prometheus' histogram_quantile estimates it: linear within the bucket.

/**
 * @param bounds upper bounds of the buckets, growing; what is above them all counts as the last bound
 * @param counts by bucket, not cumulated; one more than there are bounds
 * @returns null where nothing was counted
 */
export function quantileOf(bounds: readonly number[], counts: ArrayLike<number>, q: number): number | null {
  let all = 0;
  for (let i = 0; i < counts.length; i++) all += counts[i]!;
  if (all === 0) return null;
  const rank = q * all;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const count = counts[i]!;
    if (count > 0 && below + count >= rank) {
      const low = i === 0 ? 0 : bounds[i - 1]!;
      return low + (bounds[i]! - low) * Math.max(0, (rank - below) / count);
    }
    below += count;
  }
  return bounds.at(-1) ?? null;
}
