// How far a share of few rows can be trusted: Wilson's score interval (Wilson, JASA 22, 1927; Brown, Cai and DasGupta,
// Statistical Science 16, 2001, recommend it for small n).

/** Two-sided 95%: the 0.975 quantile of the standard normal distribution. */
const z95 = 1.959963984540054;

/** (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). `total` of at least 1. */
export function wilsonInterval(hits: number, total: number): { low: number; high: number } {
  const share = hits / total;
  const z2n = z95 ** 2 / total;
  const middle = share + z2n / 2;
  const reach = z95 * Math.sqrt((share * (1 - share)) / total + z2n / (4 * total));
  return {
    low: hits === 0 ? 0 : (middle - reach) / (1 + z2n),
    high: hits === total ? 1 : (middle + reach) / (1 + z2n),
  };
}
