import { Resvg } from "@resvg/resvg-js";
import { LinearTheoryError } from "../error.ts";
import { ink } from "./panel.ts";

/** A colour, or a sign drawn in it, and what it stands for. */
export interface Key {
  readonly label: string;
  readonly colour: string;
  /** How it is drawn; a line by default. */
  readonly sign?: "line" | "dashed" | "dot" | "square" | "star";
}

/** A figure that stands alone: panels side by side under a title, signs explained above, what to see below. */
export interface Picture {
  readonly title: string;
  /** Says what to see. Plain text. */
  readonly caption: string;
  readonly keys: readonly Key[];
  /** Lines of panels, each an SVG text with width and height. */
  readonly panels: readonly (readonly string[])[];
}

const margin = 24;
const gap = 28;
const font = "system-ui, 'DejaVu Sans', sans-serif";

/** The picture as SVG text, on white. */
export function pictureSvg({ title, caption, keys, panels }: Picture): string {
  const inner = Math.max(
    ...panels.map((line) => line.reduce((sum, panel) => sum + sizeOf(panel, "width") + gap, -gap)),
  );
  const width = inner + 2 * margin;
  const parts: string[] = [];
  let y = margin;
  const write = (line: string, size: number, weight: number): void => {
    y += size * 1.4;
    parts.push(
      `<text x="${margin}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${ink.text}">${escape(line)}</text>`,
    );
  };
  for (const line of wrapped(title, inner / 10)) write(line, 17, 700);
  y += 14;
  let x = margin;
  for (const key of keys) {
    const room = key.label.length * 7.3 + 44;
    if (x > margin && x + room > width - margin) [x, y] = [margin, y + 21];
    parts.push(sign(key, x, y + 6));
    parts.push(
      `<text x="${x + 26}" y="${y + 10.5}" font-size="13" fill="${ink.text}">${escape(key.label)}</text>`,
    );
    x += room;
  }
  y += keys.length > 0 ? 26 : 0;
  for (const line of panels) {
    x = margin;
    for (const panel of line) {
      parts.push(panel.replace("<svg ", `<svg x="${x}" y="${y}" `));
      x += sizeOf(panel, "width") + gap;
    }
    y += Math.max(...line.map((panel) => sizeOf(panel, "height"))) + 6;
  }
  for (const line of wrapped(caption, inner / 6.9)) write(line, 13, 400);
  const height = Math.ceil(y + margin);
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escape(`${title}. ${caption}`)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}"><rect width="100%" height="100%" fill="#ffffff"/>${parts.join("")}</svg>\n`;
}

function sign({ colour, sign: kind = "line" }: Key, x: number, y: number): string {
  if (kind === "dot") return `<circle cx="${x + 10}" cy="${y}" r="4" fill="${colour}"/>`;
  if (kind === "star") {
    const points = Array.from({ length: 10 }, (_, i) => {
      const [radius, turn] = [i % 2 === 0 ? 7.5 : 3, (i * Math.PI) / 5];
      return `${(x + 10 + radius * Math.sin(turn)).toFixed(1)},${(y - radius * Math.cos(turn)).toFixed(1)}`;
    });
    return `<polygon points="${points.join(" ")}" fill="${colour}"/>`;
  }
  if (kind === "square") return `<rect x="${x + 2}" y="${y - 7}" width="16" height="14" fill="${colour}"/>`;
  const dashes = kind === "dashed" ? ' stroke-dasharray="5 3"' : "";
  return `<line x1="${x}" x2="${x + 20}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2.4"${dashes}/>`;
}

const fonts = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
const letter =
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="16" font-size="16" font-family="sans-serif">M</text></svg>';

/**
 * An SVG text as PNG, twice the size for sharp screens; fonts are those of the machine.
 *
 * @throws LinearTheoryError `bad-option` on a machine that has none: all words would be missing.
 */
export function png(svg: string): Uint8Array {
  if (new Resvg(letter, { font: fonts }).render().pixels.every((byte) => byte === 0))
    throw new LinearTheoryError(
      "bad-option",
      "This machine has no font, and a picture would have no words. Install one (Debian: apt-get install fonts-dejavu-core), or write .svg.",
    );
  return new Resvg(svg, { fitTo: { mode: "zoom", value: 2 }, font: fonts }).render().asPng();
}

const sizeOf = (svg: string, side: "width" | "height"): number =>
  Number(new RegExp(` ${side}="(\\d+(?:\\.\\d+)?)"`).exec(svg)?.[1] ?? 0);

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

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
