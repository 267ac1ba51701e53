/** 1 to 2 by tenths, to 5 by fifths, to 10 by halves: steps of 2 to 10 percent, all written with two digits. */
const mantissas: readonly number[] = [
  ...Array.from({ length: 10 }, (_, i) => 10 + i),
  ...Array.from({ length: 15 }, (_, i) => 20 + 2 * i),
  ...Array.from({ length: 10 }, (_, i) => 50 + 5 * i),
];

/** Round values from `min` to `max`, both included, in steps of a few percent. */
export function ladder(min: number, max: number, whole: boolean): number[] {
  const stops = [min, max];
  for (let power = Math.floor(Math.log10(min)); 10 ** power <= max; power++)
    for (const mantissa of mantissas) stops.push(Number(`${mantissa}e${power - 1}`));
  const inside = stops.filter((stop) => stop >= min && stop <= max && (!whole || Number.isInteger(stop)));
  return [...new Set(inside)].sort((a, b) => a - b);
}
