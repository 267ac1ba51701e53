import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { dense } from "@outrigger/core/nn/dense";
import type { Params } from "@outrigger/core/train/model";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizes, tasks } from "./problem.ts";

const UNITS = 64;
/** The first layer begins at so many times He's initialisation: near 0, as in the paper. */
const SMALL = 0.1;

/** W of the first layer, [d, units]. */
const kernelOf = ({ trunk }: Params): Float32Array =>
  (trunk as { readonly kernel: NDArray }).kernel.data as Float32Array;

/** The part of every unit's weights that lies in the span of the directions. */
function projected(kernel: Float32Array, directions: readonly Float64Array[]): Float32Array {
  const units = kernel.length / sizes.inputs;
  const found = new Float32Array(kernel.length);
  for (let unit = 0; unit < units; unit++) {
    for (const m of directions) {
      let along = 0;
      for (let i = 0; i < sizes.inputs; i++) along += m[i]! * kernel[i * units + unit]!;
      for (let i = 0; i < sizes.inputs; i++) found[i * units + unit]! += along * m[i]!;
    }
  }
  return found;
}

const squares = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** ‖W M‖² / ‖W‖²: how much of the first layer lies in the span of the directions; r/d for one that knows nothing of them, at most 1. */
export function energyIn(params: Params, directions: readonly Float64Array[]): number {
  const kernel = kernelOf(params);
  return squares(projected(kernel, directions)) / squares(kernel);
}

/** x ↦ Mᵀ M x, as a matrix [d, d]. */
function projection(directions: readonly Float64Array[]): Tensor2D {
  const d = sizes.inputs;
  const values = new Float32Array(d * d);
  for (const m of directions) {
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) values[i * d + j]! += m[i]! * m[j]!;
  }
  return tf.tensor2d(values, [d, d]);
}

/**
 * Two layers: rectifiers that all tasks share, and a linear head a task.
 *
 * @param known directions that the first layer stays in the span of; it begins as long as it would without. Default: it is free
 */
export function twoLayers(known?: readonly Float64Array[]): SplitModel<ColumnBatch<Tensor>> {
  const trunk = dense({ inputs: sizes.inputs, outputs: UNITS, activation: tf.relu });
  const head = dense({ inputs: UNITS, outputs: 1 });
  return splitModel({
    init(random) {
      const { kernel, bias } = trunk.init(random);
      const begun = kernel.data as Float32Array;
      const within = known ? projected(begun, known) : begun;
      const scale = SMALL * Math.sqrt(squares(begun) / squares(within));
      return {
        trunk: { kernel: { ...kernel, data: within.map((value) => scale * value) }, bias } as Tree<NDArray>,
        heads: Object.fromEntries(tasks.map((task) => [task, head.init(random)])),
      };
    },
    represent(params, { inputs }, mode) {
      const seen = known ? tf.matMul(inputs as Tensor2D, projection(known)) : inputs;
      return trunk.apply(params as never, seen, mode);
    },
    decode: (params, z, _, mode) => head.apply(params as never, z, mode),
  });
}
