import type { OnnxBuilder } from "./builder.ts";

/**
 * atan in double precision, which ONNX Runtime lacks: its single-precision value, then two Newton steps for tan y = x, each of which
 * doubles the number of right digits: y ← y + (x·cos y − sin y) / (x·sin y + cos y).
 */
export function atanDouble(x: string, b: OnnxBuilder): string {
  const single = b.add("Cast", [x], { to: 1 });
  let y = b.add("Cast", [b.add("Atan", [single])], { to: 11 });
  for (let step = 0; step < 2; step++) {
    const [sin, cos] = [b.add("Sin", [y]), b.add("Cos", [y])];
    const miss = b.add("Sub", [b.add("Mul", [x, cos]), sin]);
    const slope = b.add("Add", [b.add("Mul", [x, sin]), cos]);
    y = b.add("Add", [y, b.add("Div", [miss, slope])]);
  }
  return y;
}
