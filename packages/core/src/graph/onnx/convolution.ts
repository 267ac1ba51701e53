import { both, type Pair, places, reach, span, type Windows } from "../kernels/windows.ts";
import type { OnnxBuilder } from "./builder.ts";
import type { AttributeValue } from "./proto.ts";

/** Sizes besides height and width. Groups: each reads its own channels in and writes its own channels out. */
export interface Channels {
  readonly batch: number;
  readonly input: number;
  readonly output: number;
  readonly groups: number;
}

const area = ([height, width]: Pair): number => height * width;

/** Attributes of Conv, ConvTranspose and the pools. */
export const windowAttributes = (windows: Windows): Record<string, AttributeValue> => ({
  kernel_shape: windows.kernel,
  strides: windows.strides,
  dilations: windows.dilations,
  pads: [...windows.before, ...windows.after],
});

const framed = (x: string, { before, after }: Windows, b: OnnxBuilder): string =>
  [...before, ...after].every((n) => n === 0)
    ? x
    : b.add("Pad", [x, b.ints([0, 0, ...before, 0, 0, ...after])]);

/** The windows' contents cut out one place of the window after the other. */
function cutColumns(x: string, batch: number, channels: number, windows: Windows, b: OnnxBuilder): string {
  const { output, strides } = windows;
  const padded = framed(x, windows, b);
  const cuts = places(windows).map((begin) => {
    const end = both((axis) => begin[axis] + span(windows)[axis]);
    const cut = b.add("Slice", [padded, b.ints(begin), b.ints(end), b.ints([2, 3]), b.ints(strides)]);
    return b.reshape(cut, [batch, channels, 1, area(output)]);
  });
  return cuts.length === 1 ? cuts[0]! : b.add("Concat", cuts, { axis: 2 });
}

/** A filter a channel and a place of the window, 1 there and 0 elsewhere: their convolution copies. */
function copyingFilters(channels: number, kernel: Pair, b: OnnxBuilder): string {
  const size = area(kernel);
  const filters = new Float32Array(channels * size * size);
  for (let i = 0; i < channels * size; i++) filters[i * size + (i % size)] = 1;
  return b.constant(filters, [channels * size, 1, ...kernel], "float32");
}

/**
 * ONNX Runtime's shader (1.30) for groups of four outputs or more makes two or four outputs at a time, those of two groups from the
 * first one's input where that number does not divide a group's outputs.
 */
function mixesGroups(output: number, groups: number, { runtime }: OnnxBuilder): boolean {
  if (!runtime.shaders || groups === 1 || output / groups < 4) return false;
  const together = [4, 2, 1].find((n) => output % n === 0)!;
  return (output / groups) % together !== 0;
}

/**
 * What the windows see: [batch, channels · places, positions] of x [batch, channels, height, width], places of the window row by
 * row. Copying by a convolution is the fastest way on ONNX Runtime's CPU; it has none in double precision. The gradients of several
 * tasks share them.
 */
export const columns = (
  x: string,
  batch: number,
  channels: number,
  windows: Windows,
  b: OnnxBuilder,
): string =>
  b.share(`columns|${x}|${JSON.stringify(windows)}`, () => makeColumns(x, batch, channels, windows, b));

function makeColumns(x: string, batch: number, channels: number, windows: Windows, b: OnnxBuilder): string {
  const { kernel, strides, output, before, after } = windows;
  const shape = [batch, channels * area(kernel), area(output)];
  const whole = area(kernel) * area(strides) === 1 && [...before, ...after].every((n) => n === 0);
  if (whole) return b.reshape(x, shape);
  if (b.double || mixesGroups(channels * area(kernel), channels, b)) {
    return b.reshape(cutColumns(x, batch, channels, windows, b), shape);
  }
  const attributes = { ...windowAttributes(windows), group: channels };
  return b.reshape(b.add("Conv", [x, copyingFilters(channels, kernel, b)], attributes), shape);
}

/** x [batch, input, …] with filters [output, input / groups, …] gives [batch, output, …]. */
export function convolution(
  x: string,
  filters: string,
  { batch, input, output, groups }: Channels,
  windows: Windows,
  b: OnnxBuilder,
): string {
  if (!b.double && !mixesGroups(output, groups, b)) {
    return b.add("Conv", [x, filters], { ...windowAttributes(windows), group: groups });
  }
  const inner = (input / groups) * area(windows.kernel);
  const seen = b.reshape(columns(x, batch, input, windows, b), [batch, groups, inner, area(windows.output)]);
  const product = b.add("MatMul", [b.reshape(filters, [groups, output / groups, inner]), seen]);
  return b.reshape(product, [batch, output, ...windows.output]);
}

/** Images with strides − 1 zeros between neighbouring rows and columns. */
function spread(x: string, batch: number, channels: number, windows: Windows, b: OnnxBuilder): string {
  const { output, strides } = windows;
  if (area(strides) === 1) return x;
  const cells = b.reshape(x, [batch, channels, output[0], 1, output[1], 1]);
  const zeros = b.ints([...new Array<number>(6).fill(0), 0, 0, 0, strides[0] - 1, 0, strides[1] - 1]);
  const whole = both((axis) => output[axis] * strides[axis]);
  const wide = b.reshape(b.add("Pad", [cells, zeros]), [batch, channels, ...whole]);
  return b.add("Slice", [wide, b.ints([0, 0]), b.ints(span(windows)), b.ints([2, 3])]);
}

/** The windows of the convolution over the spread output, with turned filters, that gives the input's gradient. */
export function turnedWindows(windows: Windows): Windows {
  const input = span(windows);
  const before = both((axis) => reach(windows, axis) - 1 - windows.before[axis]);
  const after = both((axis) => windows.input[axis] - input[axis] - before[axis] + reach(windows, axis) - 1);
  return { ...windows, input, output: windows.input, strides: [1, 1], before, after };
}

/**
 * The gradient of {@link convolution} for its x: dy [batch, output, …] to [batch, input, …].
 *
 * @param filters height × width × input / groups × output for one group, height × width × groups × output / groups for several
 */
export function inputGradient(
  dy: string,
  filters: string,
  { batch, input, output, groups }: Channels,
  windows: Windows,
  b: OnnxBuilder,
): string {
  const turned = turnedWindows(windows);
  const fits = [...turned.before, ...turned.after].every((n) => n >= 0);
  if (b.double || (fits && area(windows.strides) === 1)) {
    const spreadOut = spread(dy, batch, output, windows, b);
    const swapped = b.add("Transpose", [filters], { perm: [2, 3, 0, 1] });
    const backwards = b.add("Slice", [
      swapped,
      b.ints([-1, -1]),
      b.ints([-(2 ** 31), -(2 ** 31)]),
      b.ints([2, 3]),
      b.ints([-1, -1]),
    ]);
    return convolution(spreadOut, backwards, { batch, input: output, output: input, groups }, turned, b);
  }
  const ordered = b.add("Transpose", [filters], { perm: groups === 1 ? [3, 2, 0, 1] : [2, 3, 0, 1] });
  const shaped = groups === 1 ? ordered : b.reshape(ordered, [output, 1, ...windows.kernel]);
  const left = both((axis) =>
    Math.max(0, windows.input[axis] + windows.before[axis] - span(windows)[axis] - reach(windows, axis) + 1),
  );
  const attributes = { ...windowAttributes(windows), output_padding: left };
  if (!b.runtime.shaders || groups === 1) {
    return b.add("ConvTranspose", [dy, shaped], { ...attributes, group: groups });
  }
  // ONNX Runtime's shader (1.30) is wrong for several outputs a group: one group each, then their sum.
  const parts = b.add("ConvTranspose", [dy, shaped], { ...attributes, group: output });
  const apart = b.reshape(parts, [batch, groups, output / groups, ...windows.input]);
  return b.add("ReduceSum", [apart, b.ints([2])], { keepdims: 0 });
}

/** The gradient of {@link convolution} for its filters, height × width × input / groups × output (or × groups × output / groups). */
export function filterGradient(
  x: string,
  dy: string,
  { batch, input, output, groups }: Channels,
  windows: Windows,
  b: OnnxBuilder,
): string {
  const positions = area(windows.output);
  const perGroup = [(input / groups) * area(windows.kernel), output / groups] as const;
  const group = groups === 1 ? [] : [groups];
  const seen = columns(x, batch, input, windows, b);
  const left = groups === 1 ? seen : b.reshape(seen, [batch, groups, perGroup[0], positions]);
  const right = b.reshape(dy, [batch, ...group, perGroup[1], positions]);
  const perm = groups === 1 ? [0, 2, 1] : [0, 1, 3, 2];
  const products = b.double
    ? b.add("MatMul", [left, b.add("Transpose", [right], { perm })])
    : b.add("FusedMatMul", [left, right], { transA: 0, transB: 1 }, "com.microsoft");
  const sum = b.add("ReduceSum", [products, b.ints([0])], { keepdims: 0 });
  return b.add("Transpose", [b.reshape(sum, [input, ...windows.kernel, perGroup[1]])], {
    perm: [1, 2, 0, 3],
  });
}
