import type { OnnxBuilder } from "./builder.ts";

/** log(x). WGSL leaves it open for negative numbers and NaN, of which an adapter may make a number: shaders need telling. */
export function logarithm(x: string, b: OnnxBuilder): string {
  const result = b.add("Log", [x]);
  if (!b.runtime.shaders) return result;
  return b.add("Where", [b.add("GreaterOrEqual", [x, b.scalar(0)]), result, b.scalar(Number.NaN)]);
}
