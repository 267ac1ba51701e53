import type { OnnxBuilder } from "./builder.ts";

/**
 * erf in double precision, which ONNX Runtime lacks: erf(x) = 2x/√π · exp(−x²) · Σₙ (2x²)ⁿ / (1·3·…·(2n+1)).
 * All terms are positive, so nothing cancels; 100 terms reach the last bit up to |x| = 5, where erf is 1 in double.
 */
export function erfDouble(x: string, b: OnnxBuilder): string {
  const clipped = b.add("Min", [b.add("Max", [x, b.scalar(-5)]), b.scalar(5)]);
  const square = b.add("Mul", [clipped, clipped]);
  let sum = b.scalar(1);
  for (let n = 100; n > 0; n--) {
    const ratio = b.add("Mul", [square, b.scalar(2 / (2 * n + 1))]);
    sum = b.add("Add", [b.add("Mul", [sum, ratio]), b.scalar(1)]);
  }
  const bell = b.add("Exp", [b.add("Neg", [square])]);
  const scaled = b.add("Mul", [b.add("Mul", [clipped, b.scalar(2 / Math.sqrt(Math.PI))]), bell]);
  return b.add("Mul", [scaled, sum]);
}
