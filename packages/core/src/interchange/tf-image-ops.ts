import type { Attributes } from "../graph/graph.ts";
import { attr } from "./graph-def.ts";
import { type Call, noTfOp, type Translation } from "./tf-call.ts";

type Pair = readonly [number, number];

const pair = (value: unknown): Pair => {
  const list = [(value as number | number[] | undefined) ?? 1].flat();
  return [list[0]!, list[1] ?? list[0]!];
};

/** Over [batch, height, width, channels]. */
const overImage = (value: unknown): object => attr.ints([1, ...pair(value), 1]);

/** tfjs's `same`, `valid`, one number for all sides, or [before, after] an axis. */
function padding({ pad }: Attributes): Record<string, object> {
  if (typeof pad === "string") return { padding: attr.text(pad.toUpperCase()) };
  const sides = typeof pad === "number" ? [0, 0, pad, pad, pad, pad, 0, 0] : (pad as number[][]).flat();
  return { padding: attr.text("EXPLICIT"), explicit_paddings: attr.ints(sides) };
}

const layout = { data_format: attr.text("NHWC") };

function checkLayout({ node, attributes }: Call): void {
  if (attributes.dataFormat && attributes.dataFormat !== "NHWC") {
    throw noTfOp(node, `its images are ${attributes.dataFormat as string}, not NHWC`);
  }
}

const convolution =
  (op: string): Translation =>
  (call) => {
    checkLayout(call);
    const { inputs, attributes, graph } = call;
    return graph.op(op, [inputs.x!, inputs.filter!], {
      ...padding(attributes),
      ...layout,
      strides: overImage(attributes.strides),
      dilations: overImage(attributes.dilations),
    });
  };

/** The transposed convolution. */
const inputGradient: Translation = (call) => {
  checkLayout(call);
  const { inputs, attributes, graph, shape, node } = call;
  if (pair(attributes.dilations).some((d) => d !== 1)) throw noTfOp(node, "it has dilations");
  return graph.op("Conv2DBackpropInput", [graph.ints(shape), inputs.filter!, inputs.dy!], {
    ...padding(attributes),
    strides: overImage(attributes.strides),
  });
};

const pool =
  (op: string): Translation =>
  ({ node, inputs, attributes, graph }) => {
    if (typeof attributes.pad !== "string")
      throw noTfOp(node, "tf.js graph models pool without explicit padding");
    return graph.op(op, [inputs.x!], {
      ...padding(attributes),
      ...layout,
      ksize: overImage(attributes.filterSize),
      strides: overImage(attributes.strides),
    });
  };

const resize =
  (op: string): Translation =>
  ({ inputs, attributes: { size, alignCorners, halfPixelCenters }, graph }) =>
    graph.op(op, [inputs.images!, graph.ints(size as number[])], {
      align_corners: attr.bool(Boolean(alignCorners)),
      half_pixel_centers: attr.bool(Boolean(halfPixelCenters)),
    });

/** Kernels over images as TensorFlow ops. */
export const imageOps: Readonly<Record<string, Translation>> = {
  Conv2D: convolution("Conv2D"),
  DepthwiseConv2dNative: convolution("DepthwiseConv2dNative"),
  Conv2DBackpropInput: inputGradient,
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AvgPool"),
  ResizeBilinear: resize("ResizeBilinear"),
  ResizeNearestNeighbor: resize("ResizeNearestNeighbor"),
  CropAndResize: ({ inputs, attributes: { cropSize, method, extrapolationValue }, graph }) =>
    graph.op(
      "CropAndResize",
      [inputs.image!, inputs.boxes!, inputs.boxInd!, graph.ints(cropSize as number[])],
      {
        method: attr.text(method as string),
        extrapolation_value: attr.float(extrapolationValue as number),
      },
    ),
  DepthToSpace: ({ inputs, attributes: { blockSize, dataFormat }, graph }) =>
    graph.op("DepthToSpace", [inputs.x!], {
      block_size: attr.int(blockSize as number),
      data_format: attr.text(dataFormat as string),
    }),
  SpaceToBatchND: ({ inputs, attributes: { blockShape, paddings }, graph }) => {
    const pads = paddings as number[][];
    const lists = [graph.ints(blockShape as number[]), graph.ints(pads.flat(), [pads.length, 2])];
    return graph.op("SpaceToBatchND", [inputs.x!, ...lists]);
  },
  BatchToSpaceND: ({ inputs, attributes: { blockShape, crops }, graph }) => {
    const cut = crops as number[][];
    const lists = [graph.ints(blockShape as number[]), graph.ints(cut.flat(), [cut.length, 2])];
    return graph.op("BatchToSpaceND", [inputs.x!, ...lists]);
  },
  MirrorPad: ({ inputs, attributes: { paddings, mode }, graph }) => {
    const pads = paddings as number[][];
    return graph.op("MirrorPad", [inputs.x!, graph.ints(pads.flat(), [pads.length, 2])], {
      mode: attr.text((mode as string).toUpperCase()),
    });
  },
  FusedBatchNorm: ({ node, inputs, attributes: { varianceEpsilon }, graph }) => {
    const { shape } = node.inputs.mean!;
    const filled = (value: number): string =>
      graph.store(new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(value), shape, "float32");
    const given = [inputs.scale ?? filled(1), inputs.offset ?? filled(0), inputs.mean!, inputs.variance!];
    return graph.op("FusedBatchNormV3", [inputs.x!, ...given], {
      epsilon: attr.float(varianceEpsilon as number),
      is_training: attr.bool(false),
    });
  },
};
