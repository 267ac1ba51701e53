/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Twelve colours that white and black letters can be read beside, held apart for the common kinds of colour blindness as far as twelve can be. */
const CLASS_COLOURS = [
  "#e6550d",
  "#3182bd",
  "#31a354",
  "#c51b8a",
  "#d9a400",
  "#756bb1",
  "#17becf",
  "#e34a33",
  "#8c6d31",
  "#5254a3",
  "#7fbc41",
  "#de77ae",
] as const;

/** The colour of class `category`, as `#rrggbb`; the thirteenth class has that of the first. */
export const classColour = (category: number): string => CLASS_COLOURS[category % CLASS_COLOURS.length]!;

/** Viridis at equal steps (matplotlib, CC0): its lightness grows evenly, so it can be read in grey as well. */
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** A colour from dark blue (0) to yellow (1); what lies outside gets the end's. */
export function viridis(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [a, b] = [VIRIDIS[low]!, VIRIDIS[low + 1]!];
  const mix = (k: 0 | 1 | 2): number => Math.round(a[k] + (at - low) * (b[k] - a[k]));
  return [mix(0), mix(1), mix(2)];
}
