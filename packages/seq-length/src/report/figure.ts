import { escape } from "./html.ts";
import { type Palette, pagePalette } from "./palette.ts";

/** What a figure is drawn into. */
export interface Frame {
  readonly width: number;
  readonly palette: Palette;
}

/** A sign and what it stands for. */
export interface Key {
  readonly label: string;
  readonly colour: (palette: Palette) => string;
  readonly sign?: "line" | "dashed" | "square" | "ring";
}

/** One figure, for the page and for a file of its own. */
export interface Figure {
  readonly title: string;
  /** Says what to see. Plain text. */
  readonly caption: string;
  readonly keys: readonly Key[];
  /** SVG text, without title, keys and caption. */
  draw(frame: Frame): string;
}

/** A key's sign as SVG, its middle at (x, y). */
export function signSvg({ colour, sign = "line" }: Key, palette: Palette, x: number, y: number): string {
  const ink = colour(palette);
  if (sign === "square")
    return `<rect x="${x - 8}" y="${y - 6}" width="16" height="12" fill="${ink}" fill-opacity="0.65"/>`;
  if (sign === "ring")
    return `<circle cx="${x}" cy="${y}" r="4" fill="none" stroke="${ink}" stroke-width="1.6"/>`;
  const dashes = sign === "dashed" ? ' stroke-dasharray="5 3"' : "";
  return `<line x1="${x - 10}" x2="${x + 10}" y1="${y}" y2="${y}" stroke="${ink}" stroke-width="2.4"${dashes}/>`;
}

/** The figure in the page: a wide one and one for phones, of which the style sheet shows one. */
export function figureHtml(figure: Figure): string {
  const drawn = (width: number): string =>
    // To those who listen a figure is one image with a text, not the hundred labels of its axes.
    figure
      .draw({ width, palette: pagePalette })
      .replace("<svg ", `<svg role="img" aria-label="${escape(`${figure.title}. ${figure.caption}`)}" `);
  const keys = figure.keys.map(
    (key) =>
      `<span><svg class="key" width="24" height="14" aria-hidden="true">${signSvg(key, pagePalette, 12, 7)}</svg>${escape(key.label)}</span>`,
  );
  const legend = keys.length === 0 ? "" : `<p class="legend">${keys.join("")}</p>`;
  return `<figure><h2>${escape(figure.title)}</h2>${legend}<div class="wide">${drawn(1000)}</div><div class="narrow">${drawn(358)}</div><figcaption>${escape(figure.caption)}</figcaption></figure>`;
}
