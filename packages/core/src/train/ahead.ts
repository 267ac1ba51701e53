import type { Random } from "../random.ts";
import type { View, Weighting } from "../weighting/weighting.ts";

/** A step whose weights are known before it, and before those that lead up to it, are taken. */
export interface Ahead {
  readonly weights: readonly number[];
  /** The rule's state and the state of its random stream, once asked. */
  readonly state: unknown;
  readonly random: readonly number[];
}

/**
 * The next steps, `limit` at most, whose weights follow from the rule's state alone: it needs nothing, learns nothing from a step, and gives
 * finite weights. The random stream is left as it was.
 */
export function lookAhead(
  rule: Weighting,
  from: unknown,
  at: Pick<View, "step" | "epoch" | "primary">,
  limit: number,
  random: Random,
): Ahead[] {
  if (rule.observe !== undefined) return [];
  const before = random.state;
  const ahead: Ahead[] = [];
  for (let state = from; ahead.length < limit; state = ahead.at(-1)!.state) {
    const step = at.step + ahead.length;
    if (rule.needs(state, step) !== "nothing") break;
    const asked = rule.weigh({ ...at, step, losses: [] }, state, random);
    if (!asked.weights.every(Number.isFinite)) break;
    ahead.push({ weights: asked.weights, state: asked.state, random: random.state });
  }
  random.state = before;
  return ahead;
}
