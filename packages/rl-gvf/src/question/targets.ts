import { RlGvfError } from "../error.ts";
import { EVERY_ACTION, type QuestionNetwork } from "./network.ts";

type Numbers = ArrayLike<number>;
type Floats = Float32Array | Float64Array;

/** P: how many predictions. */
export const predictionCount = ({ feature }: QuestionNetwork): number => feature.length;

/**
 * The factor of the gradient into what the predictions share: 1/√(predictions learnt at a step), on average over actions;
 * 1/√(F|Γ| + D R) for the paper's networks without unused slots (1/12 with its defaults).
 *
 * @throws RlGvfError `bad-option` if nothing is ever learnt.
 */
export function gradientScale({ action, actions }: QuestionNetwork): number {
  const always = action.filter((one) => one === EVERY_ACTION).length;
  const active = always + action.filter((one) => one >= 0).length / actions;
  if (active > 0) return 1 / Math.sqrt(active);
  throw new RlGvfError("bad-option", "The question network has no prediction that is ever learnt.");
}

/**
 * Writes the targets of N transitions, row-major [N, P]: x[feature_i] + discount_i · m · ŷ[parent_i]; 0 in unused slots.
 *
 * @param transitions.features x_{t+1}, [N, F].
 * @param transitions.predictions ŷ(s_{t+1}), [N, P].
 * @param transitions.continues m_{t+1}, [N]: 0 where the episode ended with this transition, else 1.
 * @throws RlGvfError `shape` if a length does not fit. Cost: O(N P): one gather, no matrix.
 */
export function tdTargets(
  network: QuestionNetwork,
  {
    features,
    predictions,
    continues,
  }: { readonly features: Numbers; readonly predictions: Numbers; readonly continues: Numbers },
  out: Floats,
): void {
  const { feature, parent, discount } = network;
  const count = continues.length;
  const width = predictionCount(network);
  checkLength("features", features.length, count * network.features);
  checkLength("predictions", predictions.length, count * width);
  checkLength("out", out.length, count * width);
  for (let n = 0; n < count; n++) {
    const x = n * network.features;
    const y = n * width;
    for (let i = 0; i < width; i++) {
      const from = parent[i]!;
      const now = feature[i]! < 0 ? 0 : features[x + feature[i]!]!;
      out[y + i] = from < 0 ? now : now + discount[i]! * continues[n]! * predictions[y + from]!;
    }
  }
}

/**
 * Writes which predictions are learnt, row-major [N, P]: m_t where prediction i is always learnt or conditioned on the action taken,
 * else 0.
 *
 * @param steps.actions a_t, [N].
 * @param steps.alive m_t, [N]: 0 where s_t was the last state of an episode, else 1.
 * @throws RlGvfError `shape` if a length does not fit; `bad-action` if an action is not one of the network's. O(N P).
 */
export function questionMask(
  network: QuestionNetwork,
  { actions, alive }: { readonly actions: Numbers; readonly alive: Numbers },
  out: Floats,
): void {
  const width = predictionCount(network);
  checkLength("alive", alive.length, actions.length);
  checkLength("out", out.length, actions.length * width);
  for (let n = 0; n < actions.length; n++) {
    const taken = actions[n]!;
    if (!Number.isInteger(taken) || taken < 0 || taken >= network.actions) {
      throw new RlGvfError(
        "bad-action",
        `The questions are about actions 0 to ${network.actions - 1}, not ${taken}.`,
      );
    }
    for (let i = 0; i < width; i++) {
      const condition = network.action[i]!;
      out[n * width + i] = condition === EVERY_ACTION || condition === taken ? alive[n]! : 0;
    }
  }
}

/**
 * The auxiliary loss 1/N Σ_n Σ_i 1/2 mask (ŷ - target)², and its gradient by ŷ, mask (ŷ - target)/N; the targets are constants.
 * N counts all transitions, masked ones included, as in the paper's code. Unweighted: no importance ratios.
 *
 * @param values all row-major [N, P].
 * @throws RlGvfError `shape` if a length does not fit. O(N P).
 */
export function tdLoss(
  count: number,
  {
    predictions,
    targets,
    mask,
  }: { readonly predictions: Numbers; readonly targets: Numbers; readonly mask: Numbers },
): { loss: number; gradient: Float64Array } {
  checkLength("targets", targets.length, predictions.length);
  checkLength("mask", mask.length, predictions.length);
  const gradient = new Float64Array(predictions.length);
  let loss = 0;
  for (let i = 0; i < predictions.length; i++) {
    const error = predictions[i]! - targets[i]!;
    gradient[i] = (mask[i]! * error) / count;
    loss += (mask[i]! * error * error) / (2 * count);
  }
  return { loss, gradient };
}

function checkLength(name: string, length: number, wanted: number): void {
  if (length === wanted) return;
  throw new RlGvfError("shape", `${name} must hold ${wanted} values, not ${length}.`, { length, wanted });
}
