import { OutriggerError } from "@outrigger/core/error";

/**
 * r = (Σ_{i ∉ S} w_i) / (Σ_{i ∈ S} w_i): attention mass on tokens that do not matter over the mass on those that do, of one query in one
 * head.
 *
 * @param weights attention weights w_i >= 0 over all keys, normalised or not.
 * @param support S, the indices of the keys that decide the next token.
 * @returns Infinity when nothing is on the support and something beside it.
 * @throws OutriggerError `bad-data` for a weight that is negative or not finite, weights that are all 0, or an index that is not there.
 * Cost: O(keys). Source: own derivation.
 */
export function wrongRatio(weights: readonly number[], support: readonly number[]): number {
  const wrongWeight = weights.find((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (wrongWeight !== undefined)
    throw new OutriggerError(
      "bad-data",
      `An attention weight is ${wrongWeight}; all must be finite and at least 0.`,
    );
  const kept = new Set(support);
  for (const i of kept)
    if (weights[i] === undefined)
      throw new OutriggerError("bad-data", `The support names key ${i}, and there are ${weights.length}.`);
  const right = weights.reduce((sum, weight, i) => (kept.has(i) ? sum + weight : sum), 0);
  const wrong = weights.reduce((sum, weight, i) => (kept.has(i) ? sum : sum + weight), 0);
  if (right + wrong === 0) throw new OutriggerError("bad-data", "All attention weights are 0.");
  return wrong / right;
}
