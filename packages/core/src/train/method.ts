import type { Aggregator, Shape } from "../aggregator/aggregator.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import { isLeaf } from "../graph/array.ts";
import type { Weighting } from "../weighting/weighting.ts";
import { countOf } from "./flat.ts";

/** What trains: a rule that gives weights, or an aggregator, which combines whole gradients. */
export type Method = Weighting | Aggregator;

export const isAggregator = (method: Method): method is Aggregator => "aggregate" in method;

/** What the gradients of a trunk look like; its layers are in the order of its leaves. */
export function shapeOf(trunk: Tree<NDArray>, tasks: number, primary: number): Shape {
  if (isLeaf(trunk)) return { tasks, primary, layers: [countOf(trunk)] };
  const entries = trunk as { readonly [key: string]: Tree<NDArray> };
  const keys = Array.isArray(trunk) ? Object.keys(trunk) : Object.keys(trunk).sort();
  return { tasks, primary, layers: keys.map((key) => countOf(entries[key]!)) };
}

/** A method's state before the first step. */
export const initialState = (method: Method, shape: Shape): unknown =>
  isAggregator(method) ? method.init(shape) : method.init(shape.tasks, shape.primary);

/** An aggregator's arrays before the first step; none for a rule. */
export const initialMemory = (method: Method, shape: Shape): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries((isAggregator(method) && method.memory?.(shape)) || {}).map(([name, length]) => [
      name,
      new Float32Array(length),
    ]),
  );
