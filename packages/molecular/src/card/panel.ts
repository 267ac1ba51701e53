import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escape } from "./html.ts";

export interface PanelOptions {
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
  readonly height?: number;
  readonly marginLeft?: number;
}

/** What is drawn, with words for those who see it and for those who hear it. */
export interface Figure extends PanelOptions {
  readonly title: string;
  /** Says what to see. Plain text. */
  readonly caption: string;
  /** Colours and what they stand for. */
  readonly keys?: readonly (readonly [colour: string, label: string])[];
}

/** Narrow enough for a phone; on a desk two stand beside each other. */
const WIDTH = 460;

/** A figure with its title, keys and caption as HTML. */
export function figureHtml({
  title,
  caption,
  keys = [],
  x,
  y,
  marks,
  height = 320,
  marginLeft = 56,
}: Figure): string {
  const axis = { labelAnchor: "center", labelArrow: "none", grid: true } as const;
  const element = Plot.plot({
    document: parseHTML("<!doctype html><html><body></body></html>").document,
    width: WIDTH,
    height,
    className: "plot",
    style: { fontSize: "12.5px", fontFamily: "inherit", color: "var(--text)", background: "none" },
    marginLeft,
    marginRight: 14,
    marginTop: 14,
    marginBottom: 44,
    x: { ...axis, ...x },
    y: { ...axis, ...y },
    marks: [Plot.frame({ stroke: "var(--line)" }), ...marks],
  }) as unknown as { outerHTML: string };
  const svg = element.outerHTML
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace("<svg ", `<svg role="img" aria-label="${escape(`${title}. ${caption}`)}" `)
    .replace(/(\d+\.\d{2})\d+/g, "$1");
  const legend = keys
    .map(([colour, label]) => `<span><i style="background:${colour}"></i>${escape(label)}</span>`)
    .join("");
  return `<figure><h3>${escape(title)}</h3>${legend === "" ? "" : `<p class="legend">${legend}</p>`}${svg}<figcaption>${escape(caption)}</figcaption></figure>`;
}
