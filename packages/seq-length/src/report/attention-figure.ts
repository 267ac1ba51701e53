import type { Traced } from "../command/trace.ts";
import { outcomeText } from "../command/trace-text.ts";
import type { Figure, Frame } from "./figure.ts";
import { escape } from "./html.ts";
import { gridOf } from "./panel.ts";
import { pixels } from "./pixels.ts";

const margin = { left: 30, right: 8, top: 26, bottom: 24 } as const;

/** Attention maps of one sequence: a panel a layer and head, rows the outputs, columns the tokens before them. */
export function attentionFigure(traced: Traced): Figure {
  const { sequence } = traced;
  const supported = sequence.supports.length > 0;
  return {
    title: "Where the heads look",
    caption: `${outcomeText(traced)} Rows are outputs from the first down, columns tokens: the input, then the answer so far. Opacity is the square root of the weight.`,
    keys: [
      { label: "attention", colour: () => "rgb(52,120,220)", sign: "square" },
      ...(supported
        ? [
            {
              label: "the support: tokens that decide the output",
              colour: ({ mark }: Frame["palette"]) => mark,
              sign: "ring" as const,
            },
          ]
        : []),
      { label: "the output that is followed", colour: ({ text }) => text },
    ],
    draw(frame) {
      const heads = sequence.weights.flatMap((maps, pass) => maps.map((map, head) => ({ map, pass, head })));
      const columns = frame.width > 600 ? Math.min(heads.length, heads.length > 12 ? 4 : 2) : 1;
      const gap = 14;
      const width = Math.floor((frame.width - gap * (columns - 1)) / columns);
      return gridOf(
        heads.map(({ map, pass, head }) =>
          mapPanel(map, `layer ${pass + 1}, head ${head + 1}`, traced, { ...frame, width }),
        ),
        columns,
        gap,
      );
    },
  };
}

function mapPanel(
  map: readonly (readonly number[])[],
  heading: string,
  { sequence }: Traced,
  { width, palette }: Frame,
): string {
  const { separator, supports, query, tokens } = sequence;
  const rows = map.slice(separator);
  const columns = tokens.length - 1;
  const inner = width - margin.left - margin.right;
  const cell = inner / columns;
  const tall = cell * rows.length;
  const height = Math.ceil(tall + margin.top + margin.bottom);
  const x = (key: number): number => margin.left + (key + 0.5) * cell;
  const y = (t: number): number => margin.top + (t + 0.5) * cell;
  const text = (at: number, down: number, words: string, anchor: string, more = ""): string =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" text-anchor="${anchor}" font-size="11.5" fill="${palette.text}"${more}>${escape(words)}</text>`;
  const ring = (key: number, t: number, strong: boolean): string =>
    `<circle cx="${x(key).toFixed(1)}" cy="${y(t).toFixed(1)}" r="${(strong ? Math.max(3.2, 0.8 * cell) : Math.max(1.1, 0.3 * cell)).toFixed(1)}" fill="none" stroke="${palette.mark}" stroke-width="${strong ? 1.6 : 0.7}" stroke-opacity="${strong ? 1 : 0.55}"/>`;
  const followed = query - separator;
  // Task token, separator and the query itself belong to every support, and would be two lines and a diagonal.
  const rings = supports.flatMap(({ keys, query: own }, t) =>
    keys
      .filter((key) => key !== 0 && key !== separator && key !== own)
      .map((key) => ring(key, t, t === followed)),
  );
  const between = margin.left + separator * cell;
  const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, more: string): string =>
    `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${stroke}" ${more}/>`;
  const bottom = margin.top + tall;
  const right = margin.left + inner;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'DejaVu Sans', sans-serif">`,
    text(margin.left, 16, heading, "start", ' font-weight="600"'),
    `<rect x="${margin.left}" y="${margin.top}" width="${inner.toFixed(1)}" height="${tall.toFixed(1)}" fill="none" stroke="${palette.line}"/>`,
    `<image x="${margin.left}" y="${margin.top}" width="${inner.toFixed(1)}" height="${tall.toFixed(1)}" preserveAspectRatio="none" image-rendering="optimizeSpeed" href="${pixels(rows)}"/>`,
    line(between, margin.top, between, bottom, palette.quiet, 'stroke-width="0.8" stroke-dasharray="3 3"'),
    ...rings,
    line(
      margin.left,
      y(followed) - cell / 2,
      right,
      y(followed) - cell / 2,
      palette.text,
      'stroke-width="0.7" stroke-opacity="0.75"',
    ),
    line(
      margin.left,
      y(followed) + cell / 2,
      right,
      y(followed) + cell / 2,
      palette.text,
      'stroke-width="0.7" stroke-opacity="0.75"',
    ),
    text(margin.left - 5, y(0) + 4, "1", "end"),
    text(margin.left - 5, y(rows.length - 1) + 4, String(rows.length), "end"),
    // The outermost rows are named already.
    ...(followed > 0.12 * rows.length && followed < 0.88 * rows.length
      ? [text(margin.left - 5, y(followed) + 4, String(followed + 1), "end", ' font-weight="700"')]
      : []),
    text((margin.left + between) / 2, bottom + 15, "input", "middle"),
    text((between + right) / 2, bottom + 15, "answer so far", "middle"),
    "</svg>",
  ].join("");
}
