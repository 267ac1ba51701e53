import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { randomMask } from "../graph/trace.ts";
import { describeLayer, type TfLayer } from "./layer-parts.ts";
import type { Override } from "./override.ts";

/** What tfjs's dropout layers and recurrent cells have besides their typings. */
interface Noisy {
  readonly rate?: number;
  readonly noiseShape?: readonly (number | null)[];
  getNoiseShape?(x: Tensor): number[] | null | undefined;
  dropoutMask?: Tensor | Tensor[] | null;
  recurrentDropoutMask?: Tensor | Tensor[] | null;
}

type Draw = (x: Tensor, layer: Noisy, rate: number) => Tensor;

const dropout: Draw = (x, layer, rate) =>
  tf.mul(x, randomMask(layer.getNoiseShape?.(x) ?? x.shape, 1 - rate));

/**
 * Dropped values become −αλ, and an affine map keeps mean and variance: y = a·(x·m − αλ(1 − m)) + b with m 1 or 0.
 *
 * Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017, https://arxiv.org/abs/1706.02515
 */
const alphaDropout: Draw = (x, { noiseShape }, rate) => {
  const low = -1.6732632423543772 * 1.0507009873554805;
  const shape = (noiseShape ?? x.shape).map((d, i) => d ?? x.shape[i]!);
  const kept = tf.mul(randomMask(shape, 1 - rate), 1 - rate);
  const a = ((1 - rate) * (1 + rate * low ** 2)) ** -0.5;
  const mixed = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), low));
  return tf.add(tf.mul(mixed, a), -a * low * rate);
};

const drawing: Readonly<Record<string, Draw>> = {
  Dropout: dropout,
  SpatialDropout1D: dropout,
  AlphaDropout: alphaDropout,
};

const normalNoise: ReadonlySet<string> = new Set(["GaussianNoise", "GaussianDropout"]);

function refuseNormalNoise(layer: TfLayer): never {
  const cure = "use dropout, or add noise that is part of the batch";
  throw new OutriggerError(
    "unsupported",
    `layer ${describeLayer(layer)} draws normal numbers in JavaScript, which a graph would freeze: ${cure}`,
    { layer: layer.name },
  );
}

/**
 * What makes the layers draw from the run's seeded stream while they are traced for training: tfjs draws in JavaScript, and one
 * draw would be frozen into the graph.
 *
 * @throws OutriggerError `unsupported` that names a layer with normal noise
 */
export function seededRandomness(layers: readonly TfLayer[]): Override[] {
  return layers.flatMap((layer): Override[] => {
    const kind = layer.getClassName();
    const noisy = layer as unknown as Noisy;
    if (normalNoise.has(kind)) refuseNormalNoise(layer);
    if ("dropoutMask" in layer) {
      const value = (ones: Tensor, rate: number): Tensor => dropout(ones, {}, rate);
      return [{ target: layer, key: "dropoutFunc", value }];
    }
    const draw = drawing[kind];
    const { rate = 0 } = noisy;
    // tfjs lets its input through at both ends of the range.
    if (!draw || rate <= 0 || rate >= 1) return [];
    const value = (inputs: Tensor | Tensor[]): Tensor => draw([inputs].flat()[0]!, noisy, rate);
    return [{ target: layer, key: "call", value }];
  });
}

/** Recurrent cells keep the masks of their last call; those of a trace must not outlive it. */
export function dropMasks(layers: readonly TfLayer[]): void {
  for (const layer of layers as unknown as Noisy[]) {
    for (const key of ["dropoutMask", "recurrentDropoutMask"] as const) {
      if (!layer[key]) continue;
      tf.dispose(layer[key]);
      layer[key] = null;
    }
  }
}
