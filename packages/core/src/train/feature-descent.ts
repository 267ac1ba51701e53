import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { FeatureMethod } from "../feature/feature-method.ts";
import { gradients, stopGradient, type Tree } from "../graph/index.ts";
import type { Descent } from "./descent.ts";
import { insertedOf, withSlope } from "./inserted.ts";
import { splitForward } from "./loss.ts";
import type { SplitModel } from "./split-model.ts";
import type { Task } from "./task.ts";

interface Problem<B> {
  /** With the method's layers; see `withInserted`. */
  readonly model: SplitModel<B>;
  readonly tasks: readonly Task<B>[];
  readonly primary: number;
  readonly method: FeatureMethod;
}

/**
 * Trunk along the direction that a feature method makes of the T gradients with respect to the representation, inserted layers down the
 * method's slopes, heads along their own gradients.
 */
export const featureDescent = <B>({ model, tasks, primary, method }: Problem<B>): Descent<B> => ({
  given: method.give(method.init(tasks.length, primary)).length,
  told: method.tells * tasks.length,
  settles: <T>(params: Tree<T>) =>
    tasks.map(({ name }) => insertedOf((params as { heads: Record<string, Tree<T>> }).heads[name]!)),
  record(params, batch, given) {
    const found = splitForward(model, tasks, params, batch, { training: true });
    const { losses, counts, representation } = found;
    const rows = gradients(losses, representation) as Tensor[];
    const { direction, slopes, settled, told } = method.combine({
      gradients: rows,
      inserted: tasks.map(({ name }) => insertedOf(params.heads[name]!)),
      primary,
      given,
    });
    const along = tf.sum<Scalar>(tf.mul(stopGradient(direction), representation));
    const own = gradients([tf.addN(losses)], params.heads as Tree<Tensor>)[0] as Record<string, Tree<Tensor>>;
    const heads = Object.fromEntries(
      Object.entries(own).map(([name, behind]) => {
        const k = tasks.findIndex((task) => task.name === name);
        return [name, k < 0 ? behind : withSlope(behind, slopes[k]!)];
      }),
    );
    return {
      losses,
      counts,
      told,
      total: tf.add(tf.addN(losses), tf.sum(told)),
      gradients: { heads, trunk: gradients([along], params.trunk)[0]! },
      settled,
    };
  },
});
