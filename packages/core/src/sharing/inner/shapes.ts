import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import type { NDArray, Spec, Tree } from "../../graph/array.ts";
import { specsOf } from "../../graph/compile.ts";
import type { Value } from "../../graph/graph.ts";
import { trace } from "../../graph/trace.ts";
import type { AnyLayer } from "../../nn/layer.ts";

/**
 * The last axis of a sample.
 *
 * @param what it is of, for the message
 * @throws OutriggerError `bad-option` when a sample is a single number
 */
export function widthOf(policy: string, sample: readonly number[], what = "shape"): number {
  if (sample.length > 0) return sample.at(-1)!;
  const said = `${policy}: ${what === "shape" ? "shape is []" : `${what} gives one number a sample`}`;
  throw new OutriggerError("bad-option", `${said}; a row of features is needed there.`, { policy, what });
}

/**
 * Widths (the last axis) of what goes into the first layer and of what each layer gives, found by recording the layers on one sample.
 *
 * @param params of the layers, one entry each
 * @param shape of one sample's input
 * @returns layers + 1 numbers
 * @throws OutriggerError `bad-option` when a sample is a single number there, and what the layers throw for inputs that they do not take
 */
export function widthsOf(
  policy: string,
  layers: readonly AnyLayer[],
  params: readonly Tree<NDArray>[],
  shape: readonly number[],
): number[] {
  const first = widthOf(policy, shape);
  const run = (p: readonly Tree<Tensor>[], x: Tensor): Tensor[] => {
    const values = [x];
    layers.forEach((layer, l) =>
      values.push(layer.apply(p[l] as never, values[l]!, { training: false, update: false })),
    );
    return values.slice(1);
  };
  const { outputs } = trace(run as never)(specsOf(params), { shape: [1, ...shape] } as Spec);
  const widths = (outputs as Value[]).map(({ shape: [, ...sample] }, l) =>
    widthOf(policy, sample, `layer ${l}`),
  );
  return [first, ...widths];
}
