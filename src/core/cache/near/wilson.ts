/** One-sided 95 %. */
const Z = 1.645;

/**
 * The least share of wrong ones that `wrong` out of `checked` makes credible: the lower end of the
 * Wilson score interval, one-sided at 95 %; 0 when nothing was checked.
 * Source: Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 1927.
 */
export function leastCredibleRate(wrong: number, checked: number): number {
  if (checked === 0) return 0;
  const rate = wrong / checked;
  const z2 = (Z * Z) / checked;
  const spread = Z * Math.sqrt((rate * (1 - rate) + z2 / 4) / checked);
  return Math.max(0, (rate + z2 / 2 - spread) / (1 + z2));
}
