import type { ArrayData } from "@outrigger/core/graph/array";

/** A map's labels in float64, NaN where the image is not annotated or the pixel not known; a pixel may have several numbers. */
export function knownLabels(values: ArrayData, known: ArrayData, annotated: ArrayData): Float64Array {
  const parts = values.length / known.length;
  const pixels = known.length / annotated.length;
  return Float64Array.from(values, (value, i) => {
    const pixel = Math.floor(i / parts);
    return known[pixel] === 0 || annotated[Math.floor(pixel / pixels)] === 0 ? Number.NaN : value;
  });
}
