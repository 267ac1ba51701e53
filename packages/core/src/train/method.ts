import type { Aggregator, Shape } from "../aggregator/aggregator.ts";
import type { FeatureMethod } from "../feature/feature-method.ts";
import type { NDArray, Tree } from "../graph/array.ts";
import type { Procedure } from "../procedure/procedure.ts";
import type { Weighting } from "../weighting/weighting.ts";
import { countOf } from "./flat.ts";
import { layersOf } from "./layers.ts";
import { layerwise } from "./layerwise.ts";

/**
 * What trains: a rule that gives weights, an aggregator, which combines whole gradients, a feature method, which works between trunk and
 * heads, or a procedure, which owns the step.
 */
export type Method = Weighting | Aggregator | FeatureMethod | Procedure;

export const isAggregator = (method: Method): method is Aggregator => "aggregate" in method;
export const isFeatureMethod = (method: Method): method is FeatureMethod => "combine" in method;
export const isProcedure = (method: Method): method is Procedure => "open" in method;

/** What the gradients of a trunk look like. */
export const shapeOf = (trunk: Tree<NDArray>, tasks: number, primary: number): Shape => ({
  tasks,
  primary,
  layers: layersOf(trunk).map(countOf),
});

/** A rule as it is asked: once, or once a layer. */
export const ruleOf = (rule: Weighting, { layers }: Shape): Weighting =>
  rule.place === "layers" ? (layerwise(rule, layers) as Weighting) : rule;

/** A method's state before the first step. */
export function initialState(method: Method, shape: Shape): unknown {
  if (isAggregator(method)) return method.init(shape);
  const owner = isFeatureMethod(method) || isProcedure(method) ? method : ruleOf(method, shape);
  return owner.init(shape.tasks, shape.primary);
}

/** An aggregator's arrays before the first step; none for other methods. */
export const initialMemory = (method: Method, shape: Shape): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries((isAggregator(method) && method.memory?.(shape)) || {}).map(([name, length]) => [
      name,
      new Float32Array(length),
    ]),
  );
