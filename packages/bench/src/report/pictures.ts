import { join } from "node:path";
import { leaderboards } from "../results/standings.ts";
import type { BenchmarkSummary } from "../results/summary.ts";
import { writeWhole } from "../results/write-whole.ts";
import type { Figure } from "./figure.ts";
import { allFigures, groupFigures } from "./figures.ts";
import { escape } from "./html.ts";
import { heightOf, place, png } from "./picture.ts";
import { picturePalette } from "./plots.ts";
import { profileFigure, rankFigure } from "./rank-plots.ts";
import { rowsDrawn } from "./section.ts";

const margin = 20;
const wide = 760;

/** A figure that stands alone: with title, what must be known of the numbers, legend and caption. */
export interface Picture {
  /** Without an ending. */
  readonly file: string;
  readonly svg: string;
}

/** Every figure of the report, one after the other: a generator, for hundreds need not be in memory together. */
export function* pictures(summaries: readonly BenchmarkSummary[]): Generator<Picture> {
  const taken = new Set<string>();
  for (const { file, svg } of drawn(summaries)) yield { file: distinct(file, taken), svg };
}

/** The name, with a number where it is taken: methods may differ in signs alone, which no file name keeps, or in case, which some disks do not. */
function distinct(name: string, taken: Set<string>): string {
  let own = name;
  for (let n = 2; taken.has(own.toLowerCase()); n++) own = `${name}-${n}`;
  taken.add(own.toLowerCase());
  return own;
}

function* drawn(summaries: readonly BenchmarkSummary[]): Generator<Picture> {
  for (const board of leaderboards(summaries)) {
    for (const figure of [profileFigure(board), rankFigure(board)])
      if (figure) yield* pictureOf(figure, ["leaderboard", board.title], `Leaderboard: ${board.title}`, []);
  }
  const rows = rowsDrawn(summaries);
  for (const summary of summaries) {
    const { benchmark, tier } = summary;
    const known = [
      ...(benchmark.simulated ? ["SIMULATED DATA"] : []),
      ...(tier === "smoke" ? ["TOO SMALL TO CONCLUDE"] : []),
      `${benchmark.name}, tier ${tier}`,
    ];
    for (const group of summary.groups) {
      const title = group.group ? `${benchmark.title} (${group.group})` : benchmark.title;
      for (const figure of allFigures(groupFigures(summary, group, rows)))
        yield* pictureOf(figure, [benchmark.name, group.group], title, known);
    }
  }
}

function* pictureOf(
  figure: Figure,
  place: readonly string[],
  title: string,
  known: readonly string[],
): Generator<Picture> {
  const svg = standalone(figure, title, known);
  const file = [...place, figure.name].filter(Boolean).join("-");
  if (svg !== "") yield { file: file.replace(/[^a-zA-Z0-9.]+/g, "-"), svg };
}

/** "" where there is nothing to draw. */
export function standalone(figure: Figure, title: string, known: readonly string[]): string {
  const palette = picturePalette;
  const inner = figure.width ?? wide;
  const drawn = figure.draw({ width: inner, palette });
  if (drawn === "") return "";
  const width = Math.max(inner, 420) + 2 * margin;
  const columns = Math.floor((width - 2 * margin) / 6.6);
  const parts: string[] = [];
  let y = margin;
  const write = (line: string, size: number, weight: number): void => {
    y += size * 1.35;
    parts.push(
      `<text x="${margin}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${palette.text}">${escape(line)}</text>`,
    );
  };
  for (const line of wrapped(title, Math.floor(columns * 0.75))) write(line, 16, 700);
  if (known.length > 0) write(known.join(" · "), 12, 400);
  let x = margin;
  y += 12;
  for (const { label, colour } of figure.legend?.(palette) ?? []) {
    const room = label.length * 7.2 + 30;
    if (x + room > width - margin) [x, y] = [margin, y + 18];
    parts.push(
      `<circle cx="${x + 5}" cy="${y + 6}" r="5" fill="${colour}"/><text x="${x + 15}" y="${y + 10}" font-size="12" fill="${palette.text}">${escape(label)}</text>`,
    );
    x += room;
  }
  if (x > margin) y += 22;
  parts.push(place(drawn, margin, y));
  y += heightOf(drawn);
  for (const line of wrapped(figure.caption, columns)) write(line, 12, 400);
  const height = Math.ceil(y + margin);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'DejaVu Sans', sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>${parts.join("")}</svg>\n`;
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

/** Writes every figure of the report as PNG. @returns how many. @throws BenchError "no-font" as `png`, "disk" for a folder that cannot be written. */
export function writePictures(summaries: readonly BenchmarkSummary[], folder: string): number {
  let count = 0;
  for (const { file, svg } of pictures(summaries)) {
    writeWhole(join(folder, `${file}.png`), png(svg));
    count++;
  }
  return count;
}
