import { OutriggerError } from "@outrigger/core/error";
import { Resvg } from "@resvg/resvg-js";
import { type Figure, signSvg } from "./figure.ts";
import { escape } from "./html.ts";
import { picturePalette as palette } from "./palette.ts";
import { heightOf, placed } from "./panel.ts";

const margin = 24;

/** Figures below each other as one SVG text on white, with their titles, keys and captions. */
export function pictureSvg(figures: readonly Figure[], inner = 1000): string {
  const width = inner + 2 * margin;
  const parts: string[] = [];
  let y = margin - 6;
  const write = (line: string, size: number, weight: number): void => {
    y += size * 1.4;
    parts.push(
      `<text x="${margin}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${palette.text}">${escape(line)}</text>`,
    );
  };
  for (const [i, figure] of figures.entries()) {
    if (i > 0) y += 26;
    for (const line of wrapped(figure.title, inner / 9.5)) write(line, 17, 700);
    y += 16;
    let x = margin;
    for (const key of figure.keys) {
      const room = key.label.length * 7.4 + 48;
      if (x > margin && x + room > width - margin) [x, y] = [margin, y + 20];
      parts.push(signSvg(key, palette, x + 10, y));
      parts.push(
        `<text x="${x + 27}" y="${y + 4.5}" font-size="13" fill="${palette.text}">${escape(key.label)}</text>`,
      );
      x += room;
    }
    y += figure.keys.length > 0 ? 16 : 0;
    const drawn = figure.draw({ width: inner, palette });
    parts.push(placed(drawn, margin, y));
    y += heightOf(drawn) + 2;
    for (const line of wrapped(figure.caption, inner / 6.9)) write(line, 13, 400);
  }
  const height = Math.ceil(y + margin);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'DejaVu Sans', sans-serif"><rect width="100%" height="100%" fill="${palette.page}"/>${parts.join("")}</svg>\n`;
}

const fonts = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
const letter =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="16" font-size="16" font-family="sans-serif">M</text></svg>';

/**
 * An SVG text as PNG, half again the size for sharp screens; fonts are those of the machine.
 *
 * @throws OutriggerError `unsupported` on a machine that has none: all words would be missing.
 */
export function png(svg: string): Uint8Array {
  if (new Resvg(letter, { font: fonts }).render().pixels.every((byte) => byte === 0))
    throw new OutriggerError(
      "unsupported",
      "This machine has no font, and a picture would have no words. Install one (Debian: apt-get install fonts-dejavu-core), or write the page with --html.",
    );
  return new Resvg(svg, { fitTo: { mode: "zoom", value: 1.5 }, font: fonts }).render().asPng();
}

/** Words in lines of so many characters at most. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
