import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { defineComposite, defineKernel, type Kernel, type Shaped } from "../kernel.ts";

const axisOf = (x: Shaped, axis: unknown): number =>
  tf.util.parseAxisParam((axis as number | undefined) ?? 0, x.shape)[0]!;

/** x moved by `steps` places to higher indices along an axis; `fill` enters. */
function shifted(x: Tensor, axis: number, steps: number, fill: number): Tensor {
  const kept = x.shape.map((d, i) => (i === axis ? d - steps : d));
  const paddings = x.shape.map((_, i): [number, number] => [i === axis ? steps : 0, 0]);
  return tf.pad(
    tf.slice(
      x,
      x.shape.map(() => 0),
      kept,
    ),
    paddings,
    fill,
  );
}

/** Running sum along one axis. */
defineKernel({
  name: "Cumsum",
  infer: ({ x }) => [x!.shape, x!.dtype],
  onnx: ({ attributes, inputs }, { x }, b) =>
    b.add("CumSum", [x!, b.scalar(axisOf(inputs.x!, attributes.axis), "int32")], {
      exclusive: attributes.exclusive ? 1 : 0,
      reverse: attributes.reverse ? 1 : 0,
    }),
  // tfjs's WebGPU kernel is wrong when a sum is exclusive and reverse at once.
  tfjs({ x }, { axis, exclusive, reverse }) {
    const along = axisOf(x as Shaped, axis);
    const turn = (t: Tensor): Tensor => (reverse ? tf.reverse(t, [along]) : t);
    const forward = exclusive ? shifted(turn(x!), along, 1, 0) : turn(x!);
    return turn(tf.cumsum(forward, along));
  },
  always: true,
  // tfjs's own gradient comes out transposed for an axis that is not the last.
  gradient: {
    gradFunc: (dy, _saved, { axis, exclusive, reverse }) => ({
      x: () => tf.cumsum(dy as Tensor, axis as number, Boolean(exclusive), !reverse),
    }),
  },
});

/**
 * Running product along one axis by doubling: after step s every element is the product of 2^s neighbours. Only products are
 * used, no division, so derivatives of every order are right at zeros too. Cost: log₂ n products of the whole tensor.
 */
defineComposite("Cumprod", ({ x }, attributes) => {
  const axis = axisOf(x as Shaped, attributes.axis);
  const length = x!.shape[axis]!;
  const turn = (t: Tensor): Tensor => (attributes.reverse ? tf.reverse(t, [axis]) : tf.clone(t));
  const forward = turn(x!);
  let product: Tensor = attributes.exclusive && length > 0 ? shifted(forward, axis, 1, 1) : forward;
  for (let steps = 1; steps < length; steps *= 2) {
    product = tf.mul(product, shifted(product, axis, steps, 1));
  }
  return turn(product);
});

/** Each element's gradient is the product of all the others: of those before it and those after it. tfjs's takes no negative axis. */
export const productGradient: Kernel["gradient"] = {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], { axis }) => ({
    x() {
      const axes = tf.util.parseAxisParam(axis as number | number[], x!.shape);
      const kept = x!.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
      const order = [...kept, ...axes];
      const sizes = order.map((i) => x!.shape[i]!);
      const outer = sizeOf(sizes.slice(0, kept.length));
      const rows = tf.reshape(tf.transpose(x!, order), [outer, x!.size / outer]);
      const others = tf.mul(tf.cumprod(rows, 1, true, false), tf.cumprod(rows, 1, true, true));
      const gradient = tf.mul(tf.reshape(dy as Tensor, [outer, 1]), others);
      const back = order.map((_, i) => order.indexOf(i));
      return tf.transpose(tf.reshape(gradient, sizes), back);
    },
  }),
};
