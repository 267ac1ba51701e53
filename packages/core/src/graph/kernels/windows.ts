import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import type { Attributes } from "../graph.ts";
import { userLine } from "../origin.ts";

/** Height and width. */
export type Pair = readonly [number, number];

/** A window that slides over height and width, and what it meets there. */
export interface Windows {
  readonly input: Pair;
  readonly output: Pair;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Rows and columns of padding above and to the left. */
  readonly before: Pair;
  /** Rows and columns of padding below and to the right that some window reaches. */
  readonly after: Pair;
}

/** tfjs's attributes of convolutions and pools. */
export interface WindowAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | [number, number][];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dilations?: number | [number, number] | null;
}

/** Rows or columns from the first to the last that a window touches. */
export const reach = ({ kernel, dilations }: Windows, axis: 0 | 1): number =>
  (kernel[axis] - 1) * dilations[axis] + 1;

export const both = (f: (axis: 0 | 1) => number): Pair => [f(0), f(1)];

/** @throws OutriggerError `unsupported` */
export function refuseChannelsFirst(kernel: string, { dataFormat }: Attributes): void {
  if (dataFormat !== "NCHW") return;
  const cure = 'transpose the images and use "NHWC"; graphs choose the faster order by themselves';
  const said = `a graph has no ${kernel} over "NCHW" images, used at ${userLine(new Error(kernel))}: ${cure}`;
  throw new OutriggerError("unsupported", said, { kernel });
}

/** tfjs computes the width from the height's window and stride when the padding is one number. */
function refuseUnevenNumber(pad: WindowAttributes["pad"], sides: readonly Pair[]): void {
  if (typeof pad !== "number" || sides.every(([height, width]) => height === width)) return;
  const said = `padding ${pad} with unequal windows, strides or dilations (${sides.join(" and ")})`;
  const cure = `give it as [[0, 0], [${pad}, ${pad}], [${pad}, ${pad}], [0, 0]]`;
  throw new OutriggerError("unsupported", `${said} has a wrong width in tfjs: ${cure}`, { pad });
}

/**
 * The windows of a kernel over images [batch, height, width, channels].
 *
 * @throws OutriggerError `unsupported` for one number of padding with unequal sides, `shape` when no window fits
 */
export function windowsOf(shape: readonly number[], kernel: Pair, attributes: Attributes): Windows {
  const { strides, pad, dimRoundingMode, dilations } = attributes as unknown as WindowAttributes;
  const info = tf.backend_util.computeConv2DInfo(
    shape as [number, number, number, number],
    [...kernel, shape[3]!, 1],
    strides,
    dilations ?? 1,
    pad as "same",
    dimRoundingMode,
  );
  const { padInfo, outHeight, outWidth } = info;
  refuseUnevenNumber(pad, [
    kernel,
    [info.strideHeight, info.strideWidth],
    [info.dilationHeight, info.dilationWidth],
  ]);
  if (!(outHeight > 0 && outWidth > 0)) {
    const said = `a ${kernel.join("×")} window does not fit into images [${shape.join(", ")}]`;
    throw new OutriggerError("shape", `${said}: pad them or take a smaller one`, { shape, kernel });
  }
  const windows = {
    input: [shape[1]!, shape[2]!],
    output: [outHeight, outWidth],
    kernel,
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    before: [padInfo.top, padInfo.left],
  } as const;
  const after = both((axis) =>
    Math.max(
      0,
      (windows.output[axis] - 1) * windows.strides[axis] +
        reach({ ...windows, after: [0, 0] }, axis) -
        windows.input[axis] -
        windows.before[axis],
    ),
  );
  return { ...windows, after };
}

/** Whether the chosen backend's pools and gradients of convolutions take such padding: tfjs-node's take "same" and "valid" only. */
export const takesPadding = ({ pad }: Attributes): boolean =>
  typeof pad === "string" || tf.getBackend() !== "tensorflow";

/**
 * The same windows for tfjs's own kernels, with padding side by side: tfjs-node's convolutions take no single number for it, and
 * wasm errs for sizes rounded up and for "same" where the stride leaves gaps between windows.
 */
export function forTfjs({ strides, kernel, before, after }: Windows, attributes: Attributes): Attributes {
  const gaps = [0, 1].some((axis) => strides[axis]! > kernel[axis]!);
  const { pad } = attributes;
  if (pad === "valid" || (pad === "same" && !gaps)) return attributes;
  const sides = [0, 1].map((axis) => [before[axis], after[axis]]);
  return { ...attributes, pad: [[0, 0], ...sides, [0, 0]], dimRoundingMode: undefined };
}

/** The windows of a pool. */
export function poolWindows(shape: readonly number[], attributes: Attributes): Windows {
  const size = attributes.filterSize as number | [number, number];
  return windowsOf(shape, typeof size === "number" ? [size, size] : [size[0], size[1]], attributes);
}

/** Images with rows and columns of `value` around them; negative numbers of rows are cut off. */
export function frame(x: Tensor, before: Pair, after: Pair, value = 0): Tensor {
  const cut = (side: Pair): Pair => both((axis) => Math.max(0, -side[axis]));
  const add = (side: Pair): Pair => both((axis) => Math.max(0, side[axis]));
  const [first, last] = [cut(before), cut(after)];
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const size = [batch, height - first[0] - last[0], width - first[1] - last[1], channels];
  const kept = size[1] === height && size[2] === width ? x : tf.slice(x, [0, ...first, 0], size);
  const [top, left] = add(before);
  const [bottom, right] = add(after);
  if (top + left + bottom + right === 0) return kept;
  return tf.pad(
    kept,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

/** Rows and columns from the first window's first to its others, place by place in row-major order. */
export const places = ({ kernel, dilations }: Windows): Pair[] =>
  Array.from({ length: kernel[0] * kernel[1] }, (_, place) => [
    Math.floor(place / kernel[1]) * dilations[0],
    (place % kernel[1]) * dilations[1],
  ]);

/** Rows and columns from the first window's start to the last one's. */
export const span = ({ output, strides }: Windows): Pair =>
  both((axis) => (output[axis] - 1) * strides[axis] + 1);

/**
 * What every place of the window meets: one tensor [batch, output height, output width, channels] a place.
 *
 * @param outside what the window meets in the padding
 */
export function taps(x: Tensor, windows: Windows, outside = 0): Tensor[] {
  const { strides, before, after } = windows;
  const framed = frame(x, before, after, outside);
  const [batch, , , channels] = x.shape as [number, number, number, number];
  return places(windows).map((begin) => {
    const end = both((axis) => begin[axis] + span(windows)[axis]);
    return tf.stridedSlice(framed, [0, ...begin, 0], [batch, ...end, channels], [1, ...strides, 1]);
  });
}

/** The gradient of {@link taps}: adds up what every place of the window gives to the images. */
export function untaps(values: readonly Tensor[], windows: Windows): Tensor {
  const { strides, input, before } = windows;
  const parts = places(windows).map((begin, i) => {
    const above = both((axis) => begin[axis] - before[axis]);
    const below = both((axis) => input[axis] - above[axis] - span(windows)[axis]);
    return frame(spread(values[i]!, strides), above, below);
  });
  return parts.reduce((sum, part) => tf.add(sum, part));
}

/** Images with strides − 1 zeros between neighbouring rows and columns. */
export function spread(x: Tensor, strides: Pair): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [down, right] = strides;
  if (down === 1 && right === 1) return x;
  const after = (n: number): [number, number][] => [
    [0, 0],
    [0, n - 1],
    [0, 0],
  ];
  const rows = tf.pad(tf.reshape(x, [batch * height, 1, width * channels]), after(down));
  const cells = tf.pad(tf.reshape(rows, [batch * height * down * width, 1, channels]), after(right));
  const whole = tf.reshape(cells, [batch, height * down, width * right, channels]);
  return tf.slice(whole, [0, 0, 0, 0], [batch, (height - 1) * down + 1, (width - 1) * right + 1, channels]);
}
