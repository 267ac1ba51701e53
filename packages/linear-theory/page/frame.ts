import type * as Plot from "@observablehq/plot";

/** What both plots share: width of the column, fonts, the reader's colours. */
export function frame(width: number): Plot.PlotOptions {
  return {
    width,
    height: Math.round(Math.min(420, Math.max(300, width * 0.42))),
    marginLeft: 48,
    marginRight: 14,
    marginTop: 28,
    marginBottom: 46,
    className: "plot",
    style: { fontSize: "13px", fontFamily: "inherit", color: "var(--text)", overflow: "visible" },
  };
}

/** "0.001", "1", "100" at whole powers of ten, nothing in between. */
export function powerTick(value: number): string {
  const power = Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-9 ? String(Number(value.toPrecision(1))) : "";
}

/** A drawn plot: the picture and where its axes are. */
export type Drawn = ReturnType<typeof Plot.plot>;

/** The values of both axes under a pointer, within the axes' ends. */
export function valuesAt(drawn: Drawn, event: { readonly clientX: number; readonly clientY: number }) {
  const box = drawn.getBoundingClientRect();
  const scale = box.width / Number(drawn.getAttribute("width"));
  const along = (name: "x" | "y", offset: number): number => {
    const axis = drawn.scale(name)!;
    const [first, last] = axis.range as [number, number];
    const inside = Math.min(Math.max(first, last), Math.max(Math.min(first, last), offset / scale));
    return axis.invert!(inside) as number;
  };
  return { x: along("x", event.clientX - box.left), y: along("y", event.clientY - box.top) };
}
