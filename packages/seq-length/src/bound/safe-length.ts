import { OutriggerError } from "@outrigger/core/error";

/** How many tokens a restriction of a long context keeps. */
export interface RestrictionSize {
  /** N, the tokens of the whole context. */
  readonly length: number;
  /** n, the tokens that a restriction keeps. */
  readonly kept: number;
  /** k, the tokens of the support, which are always kept. */
  readonly support: number;
}

/**
 * The expected ratio of wrong to right attention mass on a random restriction: E_R[r_R] = (n - k)/(N - k) · r_N.
 *
 * Every token outside the support survives with probability (n - k)/(N - k), and the mass on the support is untouched. This holds exactly for
 * one softmax head whose logits depend on the query, the key's token and position ids alone, with R uniform among the sets of n tokens
 * that hold the support.
 *
 * @param ratio r_N, the ratio in the whole context.
 * @throws OutriggerError `bad-option` unless 0 <= k < n <= N and the ratio is at least 0.
 * Source: own derivation; our reconstruction of why training on restrictions controls long inputs, not a theorem of Awasthi, Gupta and
 * Kumar, NeurIPS 2025, https://openreview.net/forum?id=QL3J1fyAFv. With several layers the hidden states of kept tokens change when
 * others are left out, so it is a motivation there and no proof.
 */
export function restrictedRatio(ratio: number, { length, kept, support }: RestrictionSize): number {
  checkSize({ length, kept, support });
  checkAtLeastZero("ratio", ratio);
  return ((kept - support) / (length - support)) * ratio;
}

/**
 * The ratio of wrong to right attention mass in a context of N tokens, from its mean on restrictions to n: r_N = (N - k)/(n - k) · E_R[r_R].
 * It grows linearly with N. The inverse of `restrictedRatio`, under the same assumptions.
 *
 * For an N other than that of the contexts that were restricted it assumes besides that a token outside the support has the same mean
 * weight there.
 *
 * @param restricted E_R[r_R], the mean over restrictions.
 * @throws OutriggerError `bad-option` unless 0 <= k < n <= N and the mean is at least 0.
 */
export function ratioAtLength(restricted: number, { length, kept, support }: RestrictionSize): number {
  checkSize({ length, kept, support });
  checkAtLeastZero("restricted", restricted);
  return ((length - support) / (kept - support)) * restricted;
}

/**
 * How far wrong mass can move the output of a head: 2B r/(1 + r).
 *
 * The output is (v_S + r v_W)/(1 + r) with the mean values v_S on the support and v_W beside it, so it is r/(1 + r) · (v_W - v_S) away from
 * v_S, and |v_W - v_S| <= 2B.
 *
 * @param ratio r >= 0; Infinity gives 2B.
 * @param valueBound B, the largest norm of a value vector.
 * @throws OutriggerError `bad-option` for a ratio below 0 or a bound that is negative or not finite.
 */
export function outputShift(ratio: number, valueBound: number): number {
  if (!(ratio >= 0)) throw new OutriggerError("bad-option", `ratio must be at least 0, not ${ratio}.`);
  checkAtLeastZero("valueBound", valueBound);
  return 2 * valueBound * (ratio === Infinity ? 1 : ratio / (1 + ratio));
}

/**
 * The largest number of tokens N at which the bound still guarantees the prediction: 2B r_N/(1 + r_N) < γ with r_N = (N - k)/(n - k) · ε, so
 * N < k + (n - k)/ε · γ/(2B - γ). To first order in γ/2B and k/n that is n γ / (2B ε).
 *
 * Infinity when γ > 2B, where no wrong mass can do harm, when γ = 2B, which only infinite wrong mass reaches, and when ε = 0. A bound says when it is
 * safe, not when it fails: measured curves may hold for longer, and with several layers, where it is no proof, they may hold for less.
 * The tokens of the context are task token, kept inputs, separator and emitted outputs, all that the query attends to.
 *
 * @param options.restricted ε = E_R[r_R], the mean ratio of wrong to right mass on restrictions.
 * @param options.kept n, the tokens of a restriction.
 * @param options.support k, the tokens of the support.
 * @param options.margin γ, how far the head's output may move before another token is predicted.
 * @param options.valueBound B, the largest norm of a value vector, in the unit of γ.
 * @returns a whole number; less than n when the bound does not even hold on restrictions, k when it holds for the support alone.
 * @throws OutriggerError `bad-option` unless 0 <= k < n, ε and B are at least 0 and γ is positive, all finite.
 * Source: own derivation, see `restrictedRatio`.
 */
export function safeLength({
  restricted,
  kept,
  support,
  margin,
  valueBound,
}: {
  restricted: number;
  kept: number;
  support: number;
  margin: number;
  valueBound: number;
}): number {
  checkSize({ length: kept, kept, support });
  checkAtLeastZero("restricted", restricted);
  checkAtLeastZero("valueBound", valueBound);
  if (!(margin > 0 && Number.isFinite(margin)))
    throw new OutriggerError("bad-option", `margin must be a positive number, not ${margin}.`);
  if (margin >= 2 * valueBound || restricted === 0) return Infinity;
  const bound = support + (((kept - support) / restricted) * margin) / (2 * valueBound - margin);
  return Math.ceil(bound) - 1 < support ? support : Math.ceil(bound) - 1;
}

function checkSize({ length, kept, support }: RestrictionSize): void {
  const whole = [length, kept, support].every((size) => Number.isInteger(size));
  if (whole && support >= 0 && support < kept && kept <= length) return;
  throw new OutriggerError(
    "bad-option",
    `Sizes must be whole numbers with 0 <= support < kept <= length, not ${support}, ${kept} and ${length}.`,
  );
}

function checkAtLeastZero(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new OutriggerError("bad-option", `${name} must be a finite number of at least 0, not ${value}.`);
}
