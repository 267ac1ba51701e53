import type { View } from "../augment/augment.ts";
import type { CompactSample } from "./compact-sample.ts";

/** Places of a sample that a view shows. */
export interface ViewFrame {
  /** How much larger things are. */
  readonly scale: number;
  /** Columns of the sample under `count` equal parts of the view's width, at their middles; real numbers, the middle of column 0 is 0. */
  readonly columns: (count: number) => Float64Array;
  readonly rows: (count: number) => Float64Array;
}

/** Where a view looks at a sample. */
export function viewFrame({ width, height }: CompactSample, { window, flipped }: View): ViewFrame {
  const [x, y, w, h] = window ?? [0, 0, width, height];
  const middles = (start: number, length: number, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => start + ((i + 0.5) / count) * length - 0.5);
  return {
    scale: width / w,
    columns: (count) => (flipped ? middles(x, w, count).reverse() : middles(x, w, count)),
    rows: (count) => middles(y, h, count),
  };
}

/** The whole of a sample, as it is. */
export const WHOLE: View = { window: undefined, flipped: false, colours: undefined };
