import { adam } from "@outrigger/core/optimize/adam";
import { adamw } from "@outrigger/core/optimize/adamw";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { cosineDecay } from "@outrigger/core/optimize/schedule";

/**
 * Adam, with decoupled weight decay where that is not 0, and a rate that falls to 0 along half a cosine over all steps: the `optimizer` of
 * `trainByName`.
 *
 * @param options the rate of the first step, and the strength of the decay; default 0
 */
export const cosineAdam =
  ({
    learningRate,
    weightDecay = 0,
  }: {
    readonly learningRate: number;
    readonly weightDecay?: number;
  }): ((steps: number) => Optimizer) =>
  (steps) => {
    const rate = cosineDecay({ peak: learningRate, steps });
    return weightDecay > 0 ? adamw({ learningRate: rate, weightDecay }) : adam({ learningRate: rate });
  };
