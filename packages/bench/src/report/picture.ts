import { Resvg } from "@resvg/resvg-js";
import { BenchError } from "../error.ts";
import { plural } from "../plural.ts";
import type { BenchmarkSummary, GroupSummary } from "../results/summary.ts";
import { metricTitle } from "./format.ts";
import { escape } from "./html.ts";
import { differencePlot, intervalPlot, picturePalette } from "./plots.ts";

const width = 560;
const gap = 24;
const top = 78;

/**
 * One picture of one benchmark for a README, as SVG text: a row a group, intervals left, paired differences right, and what it is
 * (tier, simulated or not, seeds) in words above.
 */
export function picture(summary: BenchmarkSummary): string {
  const { benchmark, tier, groups } = summary;
  const frame = { width, palette: picturePalette };
  const parts: string[] = [];
  let y = top;
  for (const group of groups) {
    const left = intervalPlot(summary, group, frame);
    const right = differencePlot(summary, group, frame);
    if (group.group) parts.push(text(gap, y, group.group, 15, 600));
    y += group.group ? 8 : 0;
    parts.push(place(left, gap, y), place(right, gap * 2 + width, y));
    y += Math.max(heightOf(left), heightOf(right)) + 30;
  }
  const about = [
    metricTitle(summary),
    `tier ${tier}`,
    seedsText(groups),
    "dots are seeds, bars are 95 % intervals",
  ];
  if (benchmark.simulated) about.unshift("SIMULATED DATA");
  if (tier === "smoke") about.push("TOO SMALL TO CONCLUDE");
  const total = { width: width * 2 + gap * 3, height: y };
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" ` +
    `font-family="system-ui, 'DejaVu Sans', sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>` +
    text(gap, 30, benchmark.title, 19, 700) +
    text(gap, 52, about.join(" · "), 13, 400) +
    `${parts.join("")}</svg>\n`
  );
}

const font = { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };

/**
 * The picture as PNG, twice the size for sharp screens; fonts are those of the machine.
 *
 * @throws BenchError "no-font" on a machine that has none: all text would be missing.
 */
export function png(svg: string): Uint8Array {
  if (!canWrite()) {
    throw new BenchError(
      "no-font",
      "This machine has no font, and a picture would have no words. Install one (Debian: apt-get install fonts-dejavu-core), or write .svg.",
    );
  }
  return new Resvg(svg, { fitTo: { mode: "zoom", value: 2 }, font }).render().asPng();
}

let writes: boolean | undefined;

/** Whether a letter leaves a trace. */
function canWrite(): boolean {
  writes ??= new Resvg(
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text x="2" y="16" font-size="16" font-family="sans-serif">M</text></svg>',
    { font },
  )
    .render()
    .pixels.some((byte) => byte !== 0);
  return writes;
}

/** @throws BenchError "bad-option" for a file name that is neither .png nor .svg. */
export function render(summary: BenchmarkSummary, file: string): string | Uint8Array {
  if (file.endsWith(".svg")) return picture(summary);
  if (file.endsWith(".png")) return png(picture(summary));
  throw new BenchError("bad-option", `--picture ${file}: give a file name that ends in .svg or .png.`);
}

function seedsText(groups: readonly GroupSummary[]): string {
  const expected = groups[0]?.lines[0]?.expected ?? 0;
  return `${plural(expected, "seed")} a row`;
}

const text = (x: number, y: number, content: string, size: number, weight: number) =>
  `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${picturePalette.text}">${escape(content)}</text>`;

export const place = (svg: string, x: number, y: number): string =>
  svg.replace("<svg ", `<svg x="${x}" y="${y}" `);

export const heightOf = (svg: string): number => Number(/ height="(\d+(?:\.\d+)?)"/.exec(svg)?.[1] ?? 0);
