/** Colours by meaning; CSS variables in a page, plain colours in a picture. */
export interface Palette {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  /** Behind what is written on top of a drawing. */
  readonly page: string;
  /** What matters: the support of an attention map. */
  readonly mark: string;
  /** Curves, held apart for the common kinds of colour blindness. */
  readonly series: readonly string[];
}

const names = [0, 1, 2, 3, 4, 5] as const;

export const pagePalette: Palette = {
  text: "var(--text)",
  quiet: "var(--quiet)",
  line: "var(--line)",
  page: "var(--page)",
  mark: "var(--mark)",
  series: names.map((i) => `var(--series-${i})`),
};

/** On white. */
const light = {
  text: "#20242b",
  quiet: "#6b7280",
  line: "#d9dde4",
  page: "#ffffff",
  mark: "#c2410c",
  series: ["#2463b4", "#c2410c", "#17763a", "#7b3fa0", "#8a6d00", "#0f766e"],
} as const;

const dark = {
  text: "#e4e7ec",
  quiet: "#a0a8b5",
  line: "#353b45",
  page: "#14171c",
  mark: "#ff9a52",
  series: ["#6ea8f5", "#ff9a52", "#62c886", "#c79be8", "#d9be52", "#4fd1c5"],
} as const;

export const picturePalette: Palette = light;

const variables = ({ text, quiet, line, page, mark, series }: Palette): string =>
  [
    ...Object.entries({ text, quiet, line, page, mark }),
    ...series.map((colour, i) => [`series-${i}`, colour] as const),
  ]
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");

/** The variables of the page, for light and dark. */
export const paletteStyle: string = `:root { color-scheme: light dark; ${variables(light)} --card: #f6f7f9; }
@media (prefers-color-scheme: dark) { :root { ${variables(dark)} --card: #1c2027; } }`;
