import * as tf from "@tensorflow/tfjs";
import type { DType } from "../array.ts";
import { defineKernel } from "../kernel.ts";
import { atanDouble } from "../onnx/atan.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { logarithm } from "../onnx/logarithm.ts";

type Translate = (x: string, b: OnnxBuilder) => string;

const atan: Translate = (x, b) => (b.double ? atanDouble(x, b) : b.add("Atan", [x]));

/** √(1 + sign·x²). */
const rootOfOne = (x: string, sign: "Add" | "Sub", b: OnnxBuilder): string =>
  b.add("Sqrt", [b.add(sign, [b.scalar(1), b.add("Mul", [x, x])])]);

const asinDouble: Translate = (x, b) => atan(b.add("Div", [x, rootOfOne(x, "Sub", b)]), b);

/** As formulas for double precision, where ONNX Runtime has none of them; the arguments of checks are moderate, so nothing overflows. */
const formulas: Record<string, Translate> = {
  Asin: asinDouble,
  Acos: (x, b) => b.add("Sub", [b.scalar(Math.PI / 2), asinDouble(x, b)]),
  Atan: atan,
  Asinh: (x, b) => b.add("Log", [b.add("Add", [x, rootOfOne(x, "Add", b)])]),
  Acosh(x, b) {
    const root = b.add("Sqrt", [b.add("Sub", [b.add("Mul", [x, x]), b.scalar(1)])]);
    return logarithm(b.add("Add", [x, root]), b);
  },
  Atanh(x, b) {
    const ratio = b.add("Div", [b.add("Add", [b.scalar(1), x]), b.add("Sub", [b.scalar(1), x])]);
    return b.add("Mul", [b.scalar(0.5), logarithm(ratio, b)]);
  },
};

/** ONNX Runtime's shaders take logarithms of what WGSL has none for, where these functions are not defined. */
const openOutside = new Set(["Acosh", "Atanh"]);

for (const [name, formula] of Object.entries(formulas)) {
  defineKernel({
    name,
    infer: ({ x }) => [x!.shape, "float32"],
    onnx: (_node, { x }, b) =>
      b.double || (b.runtime.shaders && openOutside.has(name)) ? formula(x!, b) : b.add(name, [x!]),
    elementwise: true,
  });
}

/** Angle of the point (b, a): atan(a/b), half a turn further where b < 0. ONNX has no such op. */
defineKernel({
  name: "Atan2",
  infer: ({ a, b }) => [
    tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape),
    tf.upcastType(a!.dtype, b!.dtype) as DType,
  ],
  onnx(_node, { a, b }, o) {
    const zero = o.scalar(0);
    const turn = o.add("Where", [o.add("Less", [a!, zero]), o.scalar(-Math.PI), o.scalar(Math.PI)]);
    const further = o.add("Where", [o.add("Less", [b!, zero]), turn, zero]);
    const angle = o.add("Add", [atan(o.add("Div", [a!, b!]), o), further]);
    const origin = o.add("And", [o.add("Equal", [a!, zero]), o.add("Equal", [b!, zero])]);
    return o.add("Where", [origin, zero, angle]);
  },
  elementwise: true,
});
