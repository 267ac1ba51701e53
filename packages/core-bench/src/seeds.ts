/** So many seeds for a tier, from `first` on: what was chosen while looking at some seeds is measured on others. */
export const seeds = (count: number, first = 0): { seeds: number[] } => ({
  seeds: Array.from({ length: count }, (_, i) => first + i),
});
