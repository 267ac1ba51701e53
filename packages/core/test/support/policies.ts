import { readdirSync } from "node:fs";
import { conv2d } from "@outrigger/core/nn/conv";
import { dense } from "@outrigger/core/nn/dense";
import type { AnyLayer } from "@outrigger/core/nn/layer";
import { globalAveragePool, maxPool } from "@outrigger/core/nn/pool";
import type { ShapedOptions } from "@outrigger/core/sharing/policy";
import type { Model } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

export type Policy = (options: ShapedOptions) => Model<ColumnBatch<Tensor>>;

const folder = new URL("../../src/sharing/", import.meta.url);

/**
 * Every sharing policy there is: `camelCase` of each file directly in `src/sharing`. Only `policy.ts`, the types, is none; a file without
 * such a function is an error, so that none can be added untested.
 */
export async function allPolicies(): Promise<[string, Policy][]> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "policy.ts");
  const found: [string, Policy][] = [];
  for (const file of files.sort()) {
    const name = file.slice(0, -3).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    if (typeof exported[name] !== "function") throw new Error(`${file} exports no policy "${name}"`);
    found.push([name, exported[name] as Policy]);
  }
  return found;
}

export const linearHeads = (names: readonly string[], inputs: number): Record<string, AnyLayer> =>
  Object.fromEntries(names.map((name) => [name, dense({ inputs, outputs: 1 })]));

/** 3 → 6 → 4 tanh units, and a linear head a task. */
export const perceptron = (names: readonly string[]): ShapedOptions => ({
  layers: [
    dense({ inputs: 3, outputs: 6, activation: tf.tanh, init: "glorot" }),
    dense({ inputs: 6, outputs: 4, activation: tf.tanh, init: "glorot" }),
  ],
  heads: linearHeads(names, 4),
  shape: [3],
});

/** Images of 6 × 6 with two channels, a pool without parameters between two convolutions, and four features in the end. */
export const pictures = (names: readonly string[]): ShapedOptions => ({
  layers: [
    conv2d({ inputs: 2, outputs: 3, activation: tf.tanh }),
    maxPool(),
    conv2d({ inputs: 3, outputs: 4, activation: tf.tanh }),
    globalAveragePool(),
  ],
  heads: linearHeads(names, 4),
  shape: [6, 6, 2],
});
