import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Frame } from "./figure.ts";

export interface PanelOptions extends Frame {
  readonly height: number;
  /** Written above the panel. */
  readonly heading?: string;
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
  readonly marginLeft?: number;
}

/** One panel as SVG text: axes with labels in the middle, a light grid. */
export function panel({
  width,
  height,
  palette,
  heading,
  x,
  y,
  marks,
  marginLeft = 56,
}: PanelOptions): string {
  const axis = { labelAnchor: "center", labelArrow: "none", grid: true } as const;
  const element = Plot.plot({
    document: parseHTML("<!doctype html><html><body></body></html>").document,
    width,
    height,
    className: "plot",
    style: { fontSize: "12.5px", fontFamily: "system-ui, 'DejaVu Sans', sans-serif", color: palette.text },
    marginLeft,
    marginRight: 14,
    marginTop: heading === undefined ? 14 : 32,
    marginBottom: 44,
    x: { ...axis, ...x },
    y: { ...axis, ...y },
    marks: [
      Plot.frame({ stroke: palette.line }),
      ...marks,
      ...(heading === undefined
        ? []
        : [Plot.text([heading], { frameAnchor: "top", dy: -24, fontSize: 13, fontWeight: 600 })]),
    ],
  }) as unknown as { outerHTML: string };
  return element.outerHTML
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/(\d+\.\d{2})\d+/g, "$1");
}

const sideOf = (svg: string, side: "width" | "height"): number =>
  Number(new RegExp(` ${side}="(\\d+(?:\\.\\d+)?)"`).exec(svg)?.[1] ?? 0);

export const heightOf = (svg: string): number => sideOf(svg, "height");

export const placed = (svg: string, x: number, y: number): string =>
  svg.replace("<svg ", `<svg x="${x}" y="${y}" `);

/** Panels in lines of `columns`, as one SVG text. */
export function gridOf(panels: readonly string[], columns: number, gap: number): string {
  let [y, width] = [0, 0];
  const parts: string[] = [];
  for (let start = 0; start < panels.length; start += columns) {
    const line = panels.slice(start, start + columns);
    let x = 0;
    for (const each of line) {
      parts.push(placed(each, x, y));
      x += sideOf(each, "width") + gap;
    }
    width = Math.max(width, x - gap);
    y += Math.max(...line.map(heightOf)) + gap;
  }
  const height = y - gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join("")}</svg>`;
}
