import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { own } from "../graph.ts";
import { defineKernel } from "../kernel.ts";

/** (x − μ)·r and r = 1/√(σ² + ε), with mean and biased variance over the last axis. */
export function normalized(x: Tensor, epsilon: number): [Tensor, Tensor] {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  const scale = tf.rsqrt(tf.add(variance, epsilon));
  return [tf.mul(centred, scale), scale];
}

/**
 * Rows of mean 0 and variance 1, and the factor that made them so. A kernel of its own because layer norm is where a transformer spends
 * its time between products: forward one pass over memory rather than six, backward eight rather than some twenty.
 *
 * With y = (x − μ)·r over n numbers: ∂/∂x = r·(dy − mean(dy) − y·mean(dy·y)) − dr·r²·y/n, from y and r alone.
 */
defineKernel({
  name: own.normalize,
  infer({ x }) {
    return [
      [x!.shape, "float32"],
      [[...x!.shape.slice(0, -1), 1], "float32"],
    ];
  },
  onnx({ inputs, attributes }, { x }, b) {
    const { shape } = inputs.x!;
    const epsilon = attributes.epsilon as number;
    const width = shape.at(-1)!;
    if (!b.double) {
      const ones = b.filled(1, [width], "float32");
      const [y, , scale] = b.addMany("LayerNormalization", [x!, ones], 3, {
        axis: -1,
        epsilon: { float: epsilon },
      });
      return [y!, b.reshape(scale!, [...shape.slice(0, -1), 1])];
    }
    const last = b.ints([shape.length - 1]);
    const centred = b.add("Sub", [x!, b.add("ReduceMean", [x!, last], { keepdims: 1 })]);
    const variance = b.add("ReduceMean", [b.add("Mul", [centred, centred]), last], { keepdims: 1 });
    const deviation = b.add("Sqrt", [b.add("Add", [variance, b.scalar(epsilon)])]);
    const scale = b.add("Div", [b.scalar(1), deviation]);
    return [b.add("Mul", [centred, scale]), scale];
  },
  tfjs: ({ x }, { epsilon }) => normalized(x!, epsilon as number),
  gradient: {
    outputsToSave: [true, true],
    gradFunc(dys, [y, scale]) {
      const [dy, dscale] = dys as unknown as [Tensor, Tensor];
      const mean = (x: Tensor): Tensor => tf.mean(x, -1, true);
      const derive = (): Tensor => {
        const inner = tf.sub(tf.sub(dy, mean(dy)), tf.mul(y!, mean(tf.mul(dy, y!))));
        const width = sizeOf(y!.shape.slice(-1));
        const throughScale = tf.mul(tf.mul(dscale, tf.square(scale!)), -1 / width);
        return tf.add(tf.mul(inner, scale!), tf.mul(throughScale, y!));
      };
      return { x: derive };
    },
  },
});
