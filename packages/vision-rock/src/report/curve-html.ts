import { escape } from "../draw/escape.ts";

/** A line of a figure; points without a number are left out. */
export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number | null])[];
}

export interface Curve {
  readonly title: string;
  /** Says what to see. Plain text. */
  readonly caption: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [460, 280, 52, 14, 12, 42];

/** Four to nine round numbers from 0 to at least `most`. */
function ticks(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-9)));
  const step = [0.2, 0.5, 1, 2].map((factor) => factor * power).find((each) => most / each <= 6)!;
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(6)),
  );
}

const at = (value: number): string => value.toFixed(1);

/** A figure of lines from 0 on, as HTML: colours are those of the page, by place in `series`. */
export function curveHtml({ title, caption, x, y, series }: Curve): string {
  const known = series.map(({ points }) =>
    points.flatMap(([px, py]) => (py === null || !Number.isFinite(py) ? [] : [[px, py] as const])),
  );
  const xTicks = ticks(Math.max(1, ...known.flat().map(([px]) => px)));
  const yTicks = ticks(Math.max(1e-3, ...known.flat().map(([, py]) => py)));
  const right = (value: number): number => LEFT + (value / xTicks.at(-1)!) * (WIDTH - LEFT - RIGHT);
  const up = (value: number): number =>
    HEIGHT - BOTTOM - (Math.max(0, value) / yTicks.at(-1)!) * (HEIGHT - TOP - BOTTOM);
  const text = (px: number, py: number, anchor: string, words: string, more = ""): string =>
    `<text x="${at(px)}" y="${at(py)}" text-anchor="${anchor}" fill="var(--quiet)"${more}>${escape(words)}</text>`;
  const grid = [
    ...yTicks.map(
      (value) =>
        `<path d="M${LEFT} ${at(up(value))}H${WIDTH - RIGHT}" stroke="var(--line)"/>${text(LEFT - 6, up(value) + 4, "end", String(value))}`,
    ),
    ...xTicks.map((value) => text(right(value), HEIGHT - BOTTOM + 16, "middle", String(value))),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "middle", x),
    text(
      14,
      (HEIGHT - BOTTOM + TOP) / 2,
      "middle",
      y,
      ` transform="rotate(-90 14 ${(HEIGHT - BOTTOM + TOP) / 2})"`,
    ),
  ];
  const lines = known.map((points, i) => {
    const colour = `var(--series-${i % 4})`;
    const path = points.map(([px, py], k) => `${k === 0 ? "M" : "L"}${at(right(px))} ${at(up(py))}`).join("");
    const dots = points
      .map(([px, py]) => `<circle cx="${at(right(px))}" cy="${at(up(py))}" r="3" fill="${colour}"/>`)
      .join("");
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}`;
  });
  const legend = series
    .map(({ label }, i) => `<span><i style="background:var(--series-${i % 4})"></i>${escape(label)}</span>`)
    .join("");
  return `<figure><h3>${escape(title)}</h3><p class="legend">${legend}</p><svg role="img" aria-label="${escape(`${title}. ${caption}`)}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-size="12">${grid.join("")}${lines.join("")}</svg><figcaption>${escape(caption)}</figcaption></figure>`;
}
