import { array, type NDArray } from "@outrigger/core/graph/array";
import { toOnnxFile } from "@outrigger/core/interchange/onnx-file";
import type { Mode } from "@outrigger/core/nn/layer";
import type { ParamsTensors } from "@outrigger/core/train/model";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { STANDARD } from "../batch/standardize.ts";
import type { DetectorParts } from "../predictor/detector.ts";
import { CENTRE_VARIANCE, SIZE_VARIANCE } from "../prior/codec.ts";

/** What a reader of the ONNX file needs besides. Plain JSON. */
export interface OnnxDescription {
  readonly format: "outrigger-vision-onnx";
  readonly version: 1;
  /** Float32 [batch, height, width, 3]: red, green, blue from 0 to 255, the picture stretched to this size. */
  readonly input: { readonly name: "pixels"; readonly height: number; readonly width: number };
  /** What each output means. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly classes: readonly string[];
  readonly scenes: readonly string[];
  /** How boxes are decoded, with the numbers that this takes. */
  readonly boxes: {
    readonly formula: readonly string[];
    readonly variances: readonly number[];
    /** [cx, cy, w, h] of every prior in shares of the picture's sides. */
    readonly priors: readonly (readonly number[])[];
  };
}

/** Parameters while a network is recorded, with what takes bytes to what it reads. */
type Tensors = ParamsTensors & { readonly standard: { readonly factor: Tensor; readonly offset: Tensor } };

const OUTPUTS: Readonly<Record<string, string>> = {
  detection:
    "[batch, priors, 4 + 1 + classes]: offsets tx, ty, tw, th, then logits, the background's first; softmax over the logits gives probabilities",
  scene: "[batch, scenes]: logits",
  depth: "[batch, h, w]: natural logarithm of the depth in metres",
  normals: "[batch, h, w, 3]: x right, y down, z forward; of any length, to be divided by it",
};

const FORMULA = [
  "cx = prior.cx + tx * variance[0] * prior.w",
  "cy = prior.cy + ty * variance[0] * prior.h",
  "w = prior.w * min(exp(tw * variance[1]), 62.5)",
  "h = prior.h * min(exp(th * variance[1]), 62.5)",
  "in shares of the picture's sides; then, for every class, non-maximum suppression",
];

/** A detector as an ONNX file, and what a reader of it needs to know. */
export interface OnnxDetector {
  readonly bytes: Uint8Array;
  readonly description: OnnxDescription;
}

/**
 * A detector as an ONNX file for batches of any size (opset 21). It reads pixels from 0 to 255, so that nobody has to know means and deviations; what it
 * gives is raw: boxes are to be decoded with the priors of the description, and overlapping ones suppressed.
 *
 * @throws OutriggerError as `toOnnxFile`.
 * Cost: two recordings of the network and a copy of its weights.
 *
 * @example
 * const { bytes, description } = await detectorToOnnx(readDetector("model"));
 */
export async function detectorToOnnx({
  record,
  network: { model, priors },
  params,
}: Pick<DetectorParts, "record" | "network" | "params">): Promise<OnnxDetector> {
  const { classes, scenes, configuration } = record;
  const { height, width } = configuration;
  const numbers = (values: readonly number[]): NDArray => array(Float32Array.from(values), [values.length]);
  // Parameters among the others, so that they are named in the file.
  const all = {
    ...params,
    standard: {
      factor: numbers(STANDARD.map(({ factor }) => factor)),
      offset: numbers(STANDARD.map(({ offset }) => offset)),
    },
  };
  const onPixels = {
    apply(
      { standard, ...own }: Tensors,
      { pixels }: { pixels: Tensor4D },
      mode: Mode,
    ): Record<string, Tensor> {
      const inputs = tf.add(tf.mul(pixels, standard.factor), standard.offset) as Tensor4D;
      return model.apply(own, { inputs }, mode);
    },
  };
  const batch = { pixels: { shape: [1, height, width, 3], dtype: "float32" } } as const;
  const bytes = await toOnnxFile(onPixels as never, all, batch, { outputs: model.tasks });
  return {
    bytes,
    description: {
      format: "outrigger-vision-onnx",
      version: 1,
      input: { name: "pixels", height, width },
      outputs: Object.fromEntries(model.tasks.map((task) => [task, OUTPUTS[task]!])),
      classes,
      scenes,
      boxes: {
        formula: FORMULA,
        variances: [CENTRE_VARIANCE, SIZE_VARIANCE],
        priors: Array.from({ length: priors.count }, (_, p) => [...priors.boxes.subarray(4 * p, 4 * p + 4)]),
      },
    },
  };
}
