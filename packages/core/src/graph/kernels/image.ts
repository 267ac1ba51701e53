import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { defineComposite } from "../kernel.ts";
import { refuseChannelsFirst, taps, windowsOf } from "./windows.ts";

/** s·(x − μ)/√(σ² + ε) + t with statistics that are given, one a channel or one an element. */
defineComposite("FusedBatchNorm", ({ x, mean, variance, offset, scale }, { varianceEpsilon }) => {
  const inverse = tf.rsqrt(tf.add(variance!, varianceEpsilon as number));
  const normal = tf.mul(tf.sub(x!, mean!), scale ? tf.mul(inverse, scale) : inverse);
  return offset ? tf.add(normal, offset) : normal;
});

/** Every pixel's channels become block × block pixels. */
defineComposite("DepthToSpace", ({ x }, attributes) => {
  refuseChannelsFirst("DepthToSpace", attributes);
  const block = attributes.blockSize as number;
  const [batch, height, width, channels] = x!.shape as [number, number, number, number];
  const depth = channels / block ** 2;
  const cells = tf.reshape(x!, [batch, height, width, block, block, depth]);
  const ordered = tf.transpose(cells, [0, 1, 3, 2, 4, 5]);
  return tf.reshape(ordered, [batch, height * block, width * block, depth]);
});

type Paddings = [number, number][];

/** Blocks of the padded axes after the first become samples of their own. */
defineComposite("SpaceToBatchND", ({ x }, attributes) => {
  const block = attributes.blockShape as number[];
  const paddings = attributes.paddings as Paddings;
  const rest = x!.shape.slice(1 + block.length);
  const padded = tf.pad(x!, [[0, 0], ...paddings, ...rest.map((): [number, number] => [0, 0])]);
  const batch = x!.shape[0]!;
  const counts = block.map((size, i) => padded.shape[1 + i]! / size);
  const cells = tf.reshape(padded, [batch, ...block.flatMap((size, i) => [counts[i]!, size]), ...rest]);
  const inner = block.map((_, i) => 2 + 2 * i);
  const outer = block.map((_, i) => 1 + 2 * i);
  const last = rest.map((_, i) => 1 + 2 * block.length + i);
  const ordered = tf.transpose(cells, [...inner, 0, ...outer, ...last]);
  return tf.reshape(ordered, [block.reduce((n, size) => n * size, batch), ...counts, ...rest]);
});

/** The way back from SpaceToBatchND. */
defineComposite("BatchToSpaceND", ({ x }, attributes) => {
  const block = attributes.blockShape as number[];
  const crops = attributes.crops as Paddings;
  const counts = x!.shape.slice(1, 1 + block.length);
  const rest = x!.shape.slice(1 + block.length);
  const batch = x!.shape[0]! / block.reduce((n, size) => n * size, 1);
  const cells = tf.reshape(x!, [...block, batch, ...counts, ...rest]);
  const dims = block.length;
  const order = block.flatMap((_, i) => [dims + 1 + i, i]);
  const ordered = tf.transpose(cells, [dims, ...order, ...rest.map((_, i) => 2 * dims + 1 + i)]);
  const whole = tf.reshape(ordered, [batch, ...counts.map((n, i) => n * block[i]!), ...rest]);
  const begin = [0, ...crops.map(([before]) => before), ...rest.map(() => 0)];
  const size = [batch, ...counts.map((n, i) => n * block[i]! - crops[i]![0] - crops[i]![1]), ...rest];
  return tf.slice(whole, begin, size);
});

/** Rows `from` to `to` of an axis, last row first. */
function mirrored(x: Tensor, axis: number, from: number, to: number): Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  const size = x.shape.map((d, i) => (i === axis ? to - from : d));
  return tf.reverse(tf.slice(x, begin, size), [axis]);
}

/** tfjs's own gradient forgets the mirrored rows. "reflect" leaves out the border itself, "symmetric" repeats it. */
defineComposite("MirrorPad", ({ x }, { paddings, mode }) => {
  const skip = mode === "reflect" ? 1 : 0;
  return (paddings as Paddings).reduce((padded: Tensor, [before, after], axis) => {
    const length = padded.shape[axis]!;
    const parts = [
      ...(before > 0 ? [mirrored(padded, axis, skip, skip + before)] : []),
      padded,
      ...(after > 0 ? [mirrored(padded, axis, length - skip - after, length - skip)] : []),
    ];
    return parts.length === 1 ? padded : tf.concat(parts, axis);
  }, x!);
});

/** Greatest sum of image and filter under the window, channel by channel: grey-scale dilation. */
defineComposite("Dilation2D", ({ x, filter }, attributes) => {
  const [height, width, channels] = filter!.shape as [number, number, number];
  const windows = windowsOf(x!.shape, [height, width], attributes);
  const heights = tf.unstack(tf.reshape(filter!, [height * width, channels]));
  const sums = taps(x!, windows, Number.NEGATIVE_INFINITY).map((seen, i) => tf.add(seen, heights[i]!));
  return sums.reduce((greatest, sum) => tf.maximum(greatest, sum));
});
