// Which of those that could answer a request does. Pure, apart from the random numbers it is given.

export interface Contender {
  /** Its share beside the others'; 0: it stands by. */
  readonly weight: number;
  /** Requests under way. */
  readonly outstanding: number;
}

/**
 * A weight is a share: 5 beside 95 gets one request in twenty, whatever else is going on, so that a canary sees what it
 * was meant to see. Among those of one weight the less busy of two that are drawn answers: least outstanding requests by
 * the power of two choices (Mitzenmacher, IEEE TPDS 12(10), 2001). Those that stand by are drawn where nobody else is left.
 * Null only where there is nobody.
 *
 * @param random in [0, 1)
 */
export function choose<T extends Contender>(contenders: readonly T[], random: () => number): T | null {
  const sharing = contenders.filter(({ weight }) => weight > 0);
  const first = sharing.length > 0 ? drawByWeight(sharing, random) : draw(contenders, random);
  if (first === null) return null;
  const second = draw(
    contenders.filter(other => other !== first && other.weight === first.weight),
    random,
  );
  return second !== null && second.outstanding < first.outstanding ? second : first;
}

function drawByWeight<T extends Contender>(contenders: readonly T[], random: () => number): T {
  let left = random() * contenders.reduce((sum, { weight }) => sum + weight, 0);
  for (const contender of contenders) {
    left -= contender.weight;
    if (left < 0) return contender;
  }
  // Rounding can leave a trace of the last one's share.
  return contenders.at(-1)!;
}

function draw<T>(contenders: readonly T[], random: () => number): T | null {
  return contenders[Math.floor(random() * contenders.length)] ?? null;
}
