import { escape } from "./html.ts";
import { type Frame, type Palette, pagePalette } from "./plots.ts";

/** A colour and what it stands for. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
}

/** One figure, for the page and for a file of its own. */
export interface Figure {
  /** Part of a file name, unique within its group: "intervals". */
  readonly name: string;
  /** What it is and the main thing that it shows, for those who do not see it. */
  readonly alt: string;
  /** Plain text. */
  readonly caption: string;
  /** Small figures stand side by side and need no second width for phones. */
  readonly width?: number;
  readonly legend?: (palette: Palette) => readonly LegendEntry[];
  /** SVG text; "" where there is nothing to draw. */
  draw(frame: Frame): string;
}

/** The figure in the page: a wide one and one for phones, of which the style sheet shows one; "" where there is nothing to draw. */
export function figureHtml(figure: Figure): string {
  const drawn = (width: number) => accessible(figure.draw({ width, palette: pagePalette }), figure.alt);
  const first = drawn(figure.width ?? 1040);
  if (first === "") return "";
  const plot =
    figure.width === undefined
      ? `<div class="wide">${first}</div><div class="narrow">${drawn(380)}</div>`
      : first;
  return `<figure>${legendHtml(figure.legend?.(pagePalette) ?? [])}${plot}<figcaption>${escape(figure.caption)}</figcaption></figure>`;
}

export function legendHtml(entries: readonly LegendEntry[]): string {
  if (entries.length === 0) return "";
  const keys = entries.map(
    ({ label, colour }) =>
      `<span><span class="key" style="background:${colour}"></span>${escape(label)}</span>`,
  );
  return `<p class="legend">${keys.join("")}</p>`;
}

/** To those who listen a figure is one image with a text, and not the hundred labels of its axes. */
const accessible = (svg: string, alt: string): string =>
  svg.replace("<svg ", () => `<svg role="img" aria-label="${escape(alt)}" `);
